import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

import confluent_kafka
import pytest

EVENT_TOPIC = "kt.events.event.created"


class Kafka:
    """librdkafka's own mock of a cluster, in this process: four partitions a topic, 5 MB each, so keep tests small."""

    def __init__(self):
        self.producer = confluent_kafka.Producer(
            {"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "linger.ms": 5, "log_level": 0})
        broker = next(iter(self.producer.list_topics(timeout=10).brokers.values()))
        self.address = f"{broker.host}:{broker.port}"
        for topic in ("kt.attempts", EVENT_TOPIC, "kt.dead"):
            self.producer.list_topics(topic, timeout=10)  # asking for a topic makes it

    def send(self, topic, value, **options):
        while True:
            try:
                return self.producer.produce(topic, value, **options)
            except BufferError:
                self.producer.poll(0.1)

    def flush(self):
        assert self.producer.flush(20) == 0

    def read_all(self, topic, expected, timeout=20):
        """Every record of a topic, once there are as many as expected and no more come."""
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": self.address, "group.id": "reader", "fetch.wait.max.ms": 20, "log_level": 0})
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([confluent_kafka.TopicPartition(topic, partition, 0) for partition in partitions])
        found, deadline = [], time.monotonic() + timeout
        while time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                found.append(message)
            elif len(found) >= expected:
                break
        consumer.close()
        return found


class Recorder:
    """kt-recorder as a process."""

    def __init__(self, kafka, database, log_path):
        self.kafka, self.database, self.log_path = kafka, database, log_path
        self.process = None

    def start(self, **settings):
        environment = dict(os.environ, KT_KAFKA_BOOTSTRAP=self.kafka.address,
                           KT_DATABASE_URL=self.database.url("kt_recorder"), KT_LOG_FORMAT="json", **settings)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([os.environ["KT_RECORDER"]], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def log(self):
        return self.log_path.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def metric(self, series):
        port = re.findall(r'"listener":"admin","port":"(\d+)"', self.log())[-1]
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
        return float(re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)[1])


def wait_for(condition, timeout=40):
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return result


@pytest.fixture
def kafka():
    return Kafka()


@pytest.fixture
def recorder(kafka, database, tmp_path):
    running = Recorder(kafka, database, pathlib.Path(tmp_path) / "recorder.log")
    yield running
    if running.process and running.process.poll() is None:
        running.kill()
    if os.environ.get("KT_SHOW_LOGS"):
        print(running.log())
