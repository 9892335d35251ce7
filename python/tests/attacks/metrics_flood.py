"""Logs without end: metric rows, chart layouts and lines that are nearly records, all of which the host would keep."""

import json
import sys
import time

import trainable

until = time.monotonic() + float(sys.argv[1])
names = {f"metric {number:03d} " + "x" * 150: 1.0 for number in range(500)}
charts = [{"title": "t" * 200, "metrics": list(names)[:50]} for _ in range(50)]
step = 0
while time.monotonic() < until:
    step += 1
    trainable.log(step, names)
    trainable.configure_dashboard(charts)
    print(json.dumps({"step": step, "metrics": names}))
    print('{"step":1,"metrics":' + "{" * 5000)
print("done", file=sys.stderr)
