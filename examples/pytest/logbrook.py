"""A Logbrook broker beside the tests, and what it does for them. Needs nothing but Python; the broker needs Node."""

import base64
import json
import os
import shlex
import signal
import subprocess
import urllib.request
from typing import Any


class Logbrook:
    """Starts a broker in memory on a free port. `options` are those of `logbrook start`."""

    def __init__(self, *options: str):
        # LOGBROOK names another command: a single binary, say.
        command = shlex.split(os.environ.get("LOGBROOK", "npx logbrook"))
        command += ["start", "--memory", "--port", "0", "--testing", "--json", "--log-level", "silent", *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"logbrook ended with exit code {self._process.wait()}; it says why on stderr")
        ready = json.loads(line)
        self.url: str = ready["url"]
        self._datadog_url: str = ready["datadog_url"]
        self._testing_url: str = ready["testing_url"]
        self._pid: int = ready["pid"]

    def stop(self) -> None:
        # The broker itself, and not npx in front of it, which passes no signal on.
        os.kill(self._pid, signal.SIGTERM)
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def datadog_url(self, topic: str) -> str:
        """What a log sender is pointed at."""
        return f"{self._datadog_url}/{topic}"

    def create_topic(self, name: str, partitions: int = 1, **config: Any) -> None:
        """`config` by Kafka's keys, with underscores: `retention_ms=3_600_000`."""
        kafka_config = {key.replace("_", "."): value for key, value in config.items()}
        self._ask("POST", f"{self.url}/v1/kafka/topics", {"name": name, "partitions": partitions, "config": kafka_config})

    def values(self, topic: str, partition: int = 0) -> list[Any]:
        """What a partition holds, each value read as JSON."""
        offsets = self._ask("GET", f"{self.url}/v1/kafka/topics/{topic}")["partitions"][partition]
        entry = {"partition": partition, "fetch_offset": offsets["log_start_offset"], "partition_max_bytes": 1 << 20}
        answer = self._ask("POST", f"{self.url}/v1/kafka/fetch", {"topics": [{"topic": topic, "partitions": [entry]}]})
        records = answer["topics"][0]["partitions"][0]["records"]
        return [json.loads(base64.b64decode(record["value"])) for record in records]

    def add_fault(self, do: dict[str, Any], **match: Any) -> int:
        """`add_fault({"error": "KAFKA_STORAGE_ERROR"}, endpoint="sendLogs", times=1)`; the answer is the fault's number."""
        return self._ask("POST", f"{self._testing_url}/faults", {"match": match, "do": do})["fault"]

    def requests(self, endpoint: str) -> list[dict[str, Any]]:
        """What the journal says of the requests to an endpoint, in order."""
        entries = self._ask("GET", f"{self._testing_url}/journal")["entries"]
        return [entry for entry in entries if entry["kind"] == "request" and entry["endpoint"] == endpoint]

    def advance(self, by: str) -> None:
        """Moves the clock: `2h`, `30s`. Retention, long polls and waits see it."""
        self._ask("POST", f"{self._testing_url}/clock/advance", {"by": by})

    def snapshot(self) -> str:
        return self._ask("POST", f"{self._testing_url}/snapshots")["snapshot"]

    def restore(self, snapshot: str) -> None:
        self._ask("POST", f"{self._testing_url}/snapshots/{snapshot}/restore")

    def reset(self) -> None:
        """Back to how it was when it had started, in a few milliseconds."""
        self._ask("POST", f"{self._testing_url}/reset")

    def _ask(self, method: str, url: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, method=method, data=data, headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None
