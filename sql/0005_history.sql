-- History: one row per attempt or terminal decision, and one light row per event, in day partitions of the event's Kafka time.
-- Written by kt-recorder alone, in the same transaction as the Kafka offsets, so that a row is there exactly once.

CREATE TABLE attempts (
    accepted_at     timestamptz NOT NULL, -- the event's Kafka time: the same for all attempts of a delivery, also after a crash
    started_at      timestamptz NOT NULL,
    next_attempt_at timestamptz,
    -- What makes a row unique within its delivery and series:
    --     a terminal outcome        0           one for each series, whatever crashed and was done again
    --     a failed attempt          number      one for each number
    --     aborted, or held back     -1 - start  uses up no number, and must not stand in the way of the real attempt
    -- A failed attempt and a terminal outcome of one number may both be there: when a crash fell between an attempt's record and
    -- its retry's, the attempt was made again, and only the second one's end counts.
    slot            bigint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN outcome = 'retrying' AND fault IS DISTINCT FROM 'platform' THEN number
             WHEN outcome IN ('retrying', 'aborted')
                 THEN -1 - (extract(epoch FROM started_at - timestamptz 'epoch') * 1000)::bigint
             ELSE 0 END) STORED,
    origin_offset   bigint NOT NULL, -- where the event stands in Kafka, for as long as the topic keeps it
    response_body_total_bytes bigint NOT NULL DEFAULT 0,
    origin_partition integer NOT NULL,
    series          integer NOT NULL CHECK (series >= 0), -- 0: the event itself; n: its n-th redelivery or replay
    number          integer NOT NULL CHECK (number >= 1),
    code            integer, -- HTTP status; NULL: no answer
    dns_ms          integer NOT NULL,
    connect_ms      integer NOT NULL,
    tls_ms          integer NOT NULL,
    first_byte_ms   integer NOT NULL,
    total_ms        integer NOT NULL,
    disables_webhook boolean NOT NULL DEFAULT false,
    -- Ids compare as bytes: as fast in every locale, and in the same order as in the programs.
    delivery_id     text COLLATE "C" NOT NULL,
    org_id          text COLLATE "C" NOT NULL,
    webhook_id      text COLLATE "C" NOT NULL,
    event_id        text COLLATE "C" NOT NULL,
    event_type      text NOT NULL,
    trigger         text NOT NULL,
    outcome         text NOT NULL
        CHECK (outcome IN ('delivered', 'retrying', 'exhausted', 'rejected', 'cancelled', 'aborted')),
    fault           text, -- endpoint, platform; NULL: nobody's
    error           text, -- error class; NULL: none
    detail          text, -- the reason in words
    next_topic      text, -- where the delivery went on; NULL: nowhere
    remote_address  text,
    origin_topic    text COLLATE "C" NOT NULL,
    request_head    bytea, -- signatures are in, custom header values masked
    response_head   bytea,
    response_body   bytea CHECK (octet_length(response_body) <= 4096),
    PRIMARY KEY (delivery_id, series, slot, accepted_at)
) PARTITION BY RANGE (accepted_at);
CREATE INDEX attempts_by_webhook ON attempts (webhook_id, accepted_at, delivery_id); -- newest deliveries: read backwards
CREATE INDEX attempts_by_event ON attempts (event_id);
SELECT guard_rows('attempts');
GRANT SELECT ON attempts TO kt_api;
GRANT INSERT ON attempts TO kt_recorder;
CREATE POLICY all_orgs ON attempts FOR INSERT TO kt_recorder WITH CHECK (true);

-- A producer that sends twice makes two records, so an id may be there twice.
CREATE TABLE events (
    accepted_at      timestamptz NOT NULL,
    created_at       timestamptz, -- what the envelope says, if it does
    origin_offset    bigint NOT NULL,
    origin_partition integer NOT NULL,
    size_bytes       integer NOT NULL,
    origin_topic     text COLLATE "C" NOT NULL,
    id               text COLLATE "C" NOT NULL,
    org_id           text COLLATE "C" NOT NULL,
    type             text NOT NULL,
    PRIMARY KEY (origin_topic, origin_partition, origin_offset, accepted_at)
) PARTITION BY RANGE (accepted_at);
CREATE INDEX events_by_id ON events (org_id, id);
SELECT guard_rows('events');
GRANT SELECT ON events TO kt_api;
GRANT INSERT ON events TO kt_recorder;
CREATE POLICY all_orgs ON events FOR INSERT TO kt_recorder WITH CHECK (true);

-- How far each consumer group that keeps its offsets here has come: the truth, of which Kafka's own offset is a copy.
CREATE TABLE kafka_offsets (
    consumer_group  text NOT NULL,
    topic           text NOT NULL,
    topic_partition integer NOT NULL,
    next_offset     bigint NOT NULL, -- to read next
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, topic, topic_partition)
) WITH (fillfactor = 50); -- changed several times a second: room for HOT updates
GRANT SELECT, INSERT, UPDATE ON kafka_offsets TO kt_recorder;

-- Creates the missing day partitions from one day to another, both included, each behind the same guard as its parent (a policy
-- of the parent does not hold for someone who reads a partition directly). Attaching a finished table, unlike CREATE …
-- PARTITION OF, stops neither readers nor writers. Returns how many it created.
CREATE FUNCTION ensure_partitions(from_day date, to_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET timezone = 'UTC'
AS $$
DECLARE
    parent text;
    day date;
    partition text;
    created integer := 0;
BEGIN
    IF from_day IS NULL OR to_day IS NULL OR to_day - from_day NOT BETWEEN 0 AND 400 THEN
        RAISE EXCEPTION 'from % to % is not a range of 1 to 401 days', from_day, to_day USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(7201, 1);
    FOREACH parent IN ARRAY ARRAY['attempts', 'events'] LOOP
        FOR offset_days IN 0 .. to_day - from_day LOOP
            day := from_day + offset_days;
            partition := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED '
                           'INCLUDING STORAGE INCLUDING COMPRESSION)', partition, parent);
            PERFORM guard_rows(('public.' || partition)::regclass);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                           parent, partition, day, day + 1);
            created := created + 1;
        END LOOP;
    END LOOP;
    RETURN created;
END
$$;
REVOKE ALL ON FUNCTION ensure_partitions(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partitions(date, date) TO kt_recorder;

-- Drops the day partitions before a day. One that is being read for longer than the lock time-out stays for the next time, so
-- that nobody queues behind us. Returns how many it dropped.
CREATE FUNCTION drop_partitions(before_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    SET lock_timeout = '2s'
AS $$
DECLARE
    partition text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(7201, 1);
    FOR partition IN
        SELECT child.relname FROM pg_inherits
        JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent IN ('public.attempts'::regclass, 'public.events'::regclass)
          AND right(child.relname, 8) < to_char(before_day, 'YYYYMMDD')
        ORDER BY right(child.relname, 8), child.relname
    LOOP
        BEGIN
            EXECUTE format('DROP TABLE public.%I', partition);
            dropped := dropped + 1;
        EXCEPTION WHEN lock_not_available THEN
            RAISE WARNING 'partition % is in use and stays for now', partition;
        END;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_partitions(date) TO kt_recorder;
