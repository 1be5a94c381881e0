"""A Kafka broker of one node (KRaft) from Maven's jars."""

import signal
import socket
import subprocess
import uuid
import base64

from deploy.local import layout

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.partitions=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=1000
group.consumer.min.session.timeout.ms=3000
group.consumer.session.timeout.ms=6000
log.retention.check.interval.ms=300000
"""

LOGGING = """\
<Configuration><Appenders><Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c{1} %m%n"/></Console></Appenders>
<Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


class Kafka:
    name = "kafka"
    polite_signal = signal.SIGTERM

    def __init__(self, state):
        self.state = state
        self.folder = state.directory / "kafka"

    @property
    def address(self):
        return f"127.0.0.1:{self.state.port('kafka')}"

    user = None
    environment = None

    def java(self, main_class, *words, heap="512m"):
        jars = layout.cached("kafka", "deploy/local/kafka/pom.xml") / "lib" / "*"
        return ["java", f"-Xmx{heap}", "-XX:+UseSerialGC",
                f"-Dlog4j2.configurationFile={self.folder / 'log4j2.xml'}", "-cp", str(jars), main_class, *map(str, words)]

    def prepare(self):
        """Formats the storage, once."""
        if (self.folder / "data" / "meta.properties").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "server.properties"
        settings.write_text(SETTINGS.format(broker=self.state.port("kafka"), controller=self.state.port("kafka.controller"),
                                            data=self.folder / "data"))
        (self.folder / "log4j2.xml").write_text(LOGGING)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        with open(self.state.logs / "kafka.log", "ab") as log:
            subprocess.run(self.java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", settings, heap="256m"),
                           stdout=log, stderr=log, check=True)

    def command(self):
        return self.java("kafka.Kafka", self.folder / "server.properties")

    def is_ready(self):
        """The broker's port opens once it may serve."""
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.state.port("kafka"))) == 0
