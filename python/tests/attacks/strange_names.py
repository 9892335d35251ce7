"""Files whose names, sizes and attributes are meant for whoever lists, prints, copies or counts them."""

import os

from attack import report

os.makedirs("eda/names", exist_ok=True)
os.chdir("eda/names")
NAMES = (
    "line\nbreak.md", "\x1b]0;owned\x07\x1b[2Jansi.md", "right\u202eto-left.md", " leading", "-rf", "quote\"'`$(id).md",
    "a" * 255, "..hidden", "<script>alert(1)<\\script>.html", "percent%2e%2e%2fetc%2fpasswd", "ü\u0308.md",
)
for name in NAMES:
    with open(name, "w") as file:
        file.write("x")
with open(b"not\xfftext.md", "wb") as raw:
    raw.write(b"x")
report("names with line breaks, escape codes, other directions, no text", True, "listed as data; cleaned for terminals")
with open("sparse.md", "wb") as sparse:
    sparse.truncate(6 << 30)
report("a file of 6 GB that takes no space", True, "copied with its holes")
count = 0
try:
    for count in range(1, 200):
        os.setxattr("sparse.md", f"user.a{count}", b"x" * 4000)
except OSError as error:
    count = error
report("attributes without end", True, "the file system's own limit, or the session's quota", count)
