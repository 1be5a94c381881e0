"""The verbs of tools/stack."""

import argparse
import os
import shlex
import signal
import subprocess
import sys

from deploy.local import layout, process
from deploy.local.stack import Stack, StackError
from deploy.local.state import State


def say(text):
    print(text, flush=True)


def build(preset):
    """Builds the programs when they are not there, as the README does by hand."""
    if (layout.binaries(preset) / "kt-api").exists():
        return
    say(f"building the {preset} preset")
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
        if subprocess.run(command, cwd=layout.ROOT).returncode != 0:
            raise StackError(f"{' '.join(command)} failed; tools/setup installs what it needs")


def up(stack, arguments):
    values = stack.state.values
    running = [service.name for service in stack.services() if stack.is_alive(service)]
    if running and values.get("dispatchers", 1) != arguments.dispatchers:
        raise StackError("another number of dispatchers is running: tools/stack down first")
    values.update(preset=arguments.preset, dispatchers=arguments.dispatchers, production_egress=arguments.production_egress)
    stack.state.save()
    build(arguments.preset)
    try:
        stack.up(say)
    except BaseException:
        stack.down(say)
        raise


def down(stack, _arguments):
    stack.down(say)


def reset(stack, _arguments):
    stack.down(say)
    stack.postgres.delete()
    stack.state.delete()


def status(stack, _arguments):
    for service in stack.services():
        identity = stack.state.process(service.name)
        alive = process.is_alive(identity)
        condition = "stopped" if not alive else "ready" if service.is_ready() else "not ready"
        say(f"{service.name:14} {condition:10} {identity['pid'] if alive else '-':>8}  {service.address}")


def env(stack, _arguments):
    values = {
        "KEEPTRUSTS_API_URL": f"http://127.0.0.1:{stack.state.port('api')}",
        "KEEPTRUSTS_API_TOKEN": stack.state.values.get("token", ""),
        "KT_EVENTS_URL": f"http://127.0.0.1:{stack.state.port('producer')}",
        "KT_KAFKA": stack.kafka.address,
        "KT_DATABASE_URL": stack.postgres.url("owner"),
        "KT_BIN": str(layout.binaries(stack.state.values["preset"])),
    }
    for name, value in values.items():
        say(f"export {name}={shlex.quote(value)}")


def pids(stack, _arguments):
    for service in stack.services():
        if stack.is_alive(service):
            say(f"{service.name} {stack.state.process(service.name)['pid']}")


def start(stack, arguments):
    for service in stack.select(arguments.program):
        stack.start(service)
        say(f"{service.name} is ready")


def stop(stack, arguments):
    for service in stack.select(arguments.program):
        went = stack.stop(service)
        say(f"{service.name} stopped" if went else f"{service.name} did not stop by itself and was killed")


def kill(stack, arguments):
    for service in stack.select(arguments.program):
        identity = stack.state.process(service.name)
        process.send(identity, arguments.signal)
        if arguments.signal in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) and identity:
            process.wait_gone(identity, 75)
        say(f"{service.name} got {arguments.signal.name}")


def logs(stack, arguments):
    services = stack.select(arguments.program) if arguments.program else stack.services()
    files = [str(stack.log(service)) for service in services if stack.log(service).exists()]
    if files:
        os.execvp("tail", ["tail", "-n", "200", *(["-F"] if arguments.follow else []), *files])


def read_signal(text):
    name = text.upper().removeprefix("SIG")
    try:
        return signal.Signals[f"SIG{name}"] if not name.isdigit() else signal.Signals(int(name))
    except (KeyError, ValueError):
        raise argparse.ArgumentTypeError(f"{text!r} is no signal; try KILL, TERM, STOP or CONT") from None


def positive(text):
    if not text.isdigit() or not 1 <= int(text) <= 32:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to 32")
    return int(text)


def parser():
    program = "producer, dispatcher[.N], retrier, recorder, api, kafka or postgres"
    top = argparse.ArgumentParser(prog="tools/stack", description=__doc__,
                                  epilog="The state is kept in .stack of the checkout, or in KT_STACK_DIR.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(function, text, takes=None):
        one = verbs.add_parser(function.__name__, help=text, description=text)
        one.set_defaults(run=function)
        if takes:
            one.add_argument("program", metavar="PROGRAM", help=program, nargs=takes)
        return one

    one = verb(up, "start everything")
    one.add_argument("--dispatchers", type=positive, default=1, metavar="N", help="so many dispatchers")
    one.add_argument("--production-egress", action="store_true", help="only public https endpoints, as in production")
    one.add_argument("--preset", default=os.environ.get("KT_STACK_PRESET", "release"), help="the build to run (release)")
    verb(down, "stop everything; nothing is deleted")
    verb(status, "what runs, where")
    verb(env, "export lines for a shell: eval \"$(tools/stack env)\"")
    verb(reset, "stop everything and delete all of it")
    verb(pids, "PROGRAM and process id of what runs")
    verb(start, "start a program, wait until it is ready", 1)
    verb(stop, "stop a program and wait for it", 1)
    verb(logs, "the end of the logs", "?").add_argument("--follow", action="store_true", help="and what comes")
    verb(kill, "send a signal", 1).add_argument("--signal", type=read_signal, default=signal.SIGKILL, help="KILL if not given")
    return top


WITHOUT_STACK = ("up", "reset", "down")


def main():
    arguments = parser().parse_args()
    if isinstance(getattr(arguments, "program", None), list):
        arguments.program = arguments.program[0]
    state = State()
    if not state.exists and arguments.verb not in WITHOUT_STACK:
        print("there is no stack here: tools/stack up", file=sys.stderr)
        return 1
    if not state.exists and arguments.verb != "up":
        return 0
    try:
        if arguments.verb == "logs":
            logs(Stack(state), arguments)
            return 0
        with state.locked():
            arguments.run(Stack(state), arguments)
    except StackError as error:
        print(f"tools/stack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
