/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/signature.h"

#include "tests/fuzz/fuzz.h"

#define SIGNED_S 1614265330
#define BODY     "{\"test\": 2432232314}"

/* A header verifies only if the right signature is in it, whatever stands around it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char keeptrusts[] = "v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964";
    static const char standard[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    struct secret secret;
    int parsed = secret_parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &secret, NULL);
    assert(parsed == 0);
    char *header = fuzz_text(bytes, size);
    int result = signature_verify_keeptrusts(&secret, header, BODY, strlen(BODY), SIGNED_S, 300);
    assert(result >= 0 && result <= SIGNATURE_NO_MATCH);
    if (result == 0)
        assert(strstr(header, keeptrusts) != NULL && strstr(header, "t=1614265330") != NULL);
    result = signature_verify_standard(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", header, BODY,
                                       strlen(BODY), SIGNED_S, 300);
    assert(result == 0 || result == SIGNATURE_MALFORMED || result == SIGNATURE_NO_MATCH);
    if (result == 0)
        assert(strstr(header, standard) != NULL);
    result = signature_verify_standard(&secret, "id", header, standard, BODY, strlen(BODY), SIGNED_S, 300);
    assert(result > 0);
    free(header);
    return 0;
}
