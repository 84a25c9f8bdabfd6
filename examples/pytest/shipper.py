"""The program under test: sends logs as Datadog's senders do, and tries again when that fails."""

import json
import urllib.error
import urllib.request


class Shipper:
    def __init__(self, intake_url: str, attempts: int = 3):
        self.intake_url = intake_url
        self.attempts = attempts

    def send(self, logs: list[dict]) -> None:
        body = json.dumps(logs).encode()
        for attempt in range(1, self.attempts + 1):
            request = urllib.request.Request(
                f"{self.intake_url}/api/v2/logs", data=body, headers={"content-type": "application/json"}
            )
            try:
                urllib.request.urlopen(request, timeout=10).close()
                return
            except urllib.error.HTTPError as error:
                error.close()
                if error.code < 500 or attempt == self.attempts:
                    raise
            except OSError:
                if attempt == self.attempts:
                    raise
