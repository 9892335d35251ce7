"""Swaps a file for a link to the host's secret as fast as it can, while the host reads. Argument: a host path."""

import os
import sys
import time

secret = sys.argv[1]
os.makedirs("eda", exist_ok=True)
with open("eda/mine", "w") as file:
    file.write("the step's own")
os.symlink(secret, "eda/theirs")
os.makedirs("eda/dir")
with open("eda/dir/report.md", "w") as file:
    file.write("the step's own")
os.symlink(os.path.dirname(secret), "eda/dirlink")
print("swapping", flush=True)
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    os.replace("eda/mine", "eda/report.md")
    os.replace("eda/theirs", "eda/report2.md")
    os.rename("eda/report2.md", "eda/report.md")
    os.rename("eda/dir", "eda/kept")
    os.rename("eda/dirlink", "eda/dir")
    os.rename("eda/dir", "eda/dirlink")
    os.rename("eda/kept", "eda/dir")
    with open("eda/mine", "w") as file:
        file.write("the step's own")
    os.unlink("eda/report.md")
    os.symlink(secret, "eda/theirs")
