"""s3_server.py DIRECTORY: the tests' S3 server: OpenStack Swift with its S3 API, in one process and an empty directory.

Account, container, object and proxy server of Debian's packages listen on free ports of the loopback address; the port of
the proxy, which speaks S3, is the one line of the standard output. The process ends when its input does, and the directory
with it: with the tests, however they end.
"""

import json
import os
import shutil
import signal
import sys

# Names are looked up by the system: a resolver of its own takes a second to import.
os.environ["EVENTLET_NO_GREENDNS"] = "yes"

from swift.common import utils  # noqa: E402  (after the setting, which it reads)

utils.eventlet_monkey_patch()

import eventlet  # noqa: E402  (after the patch)
import eventlet.wsgi  # noqa: E402
from eventlet.hubs import trampoline  # noqa: E402
from swift.common import wsgi  # noqa: E402
from swift.common.ring.builder import RingBuilder  # noqa: E402

DEVICE = "d1"
BACKENDS = ("account", "container", "object")

CONSTANTS = """
[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
[storage-policy:0]
name = one
default = yes
[swift-constraints]
max_header_size = 16384
"""

BACKEND = """
[DEFAULT]
swift_dir = {etc}
devices = {devices}
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""

PROXY = """
[DEFAULT]
swift_dir = {etc}
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats bulk s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
auth_pipeline_check = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:copy]
use = egg:swift#copy
"""


class Cache:
    """What memcached is to Swift, for one process. Nothing lives long enough here to grow old."""

    def __init__(self):
        self._values = {}

    def get(self, key, **_options):
        return json.loads(self._values[key]) if key in self._values else None

    def set(self, key, value, **_options):
        self._values[key] = json.dumps(value)

    def delete(self, key, **_options):
        self._values.pop(key, None)

    def incr(self, key, delta=1, **_options):
        value = max(0, (self.get(key) or 0) + delta)
        self.set(key, value)
        return value


class Quiet:
    """Takes the log of requests and keeps nothing of it."""

    def write(self, _text):
        pass

    def flush(self):
        pass


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def load(conf):
    return wsgi.loadapp(conf, global_conf={"log_name": os.path.basename(conf)})


def with_cache(app):
    cache = Cache()

    def cached(environ, start_response):
        environ["swift.cache"] = cache
        return app(environ, start_response)

    return cached


def serve(socket, app):
    eventlet.spawn(eventlet.wsgi.server, socket, app, Quiet(), keepalive=True)


def make_ring(etc, name, port):
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({
        "id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
        "replication_port": port, "device": DEVICE, "weight": 1, "meta": "",
    })
    builder.rebalance()
    builder.get_ring().save(os.path.join(etc, f"{name}.ring.gz"))


def start(directory):
    etc, devices = os.path.join(directory, "etc"), os.path.join(directory, "devices")
    os.makedirs(etc)
    os.makedirs(os.path.join(devices, DEVICE))
    constants = write(os.path.join(etc, "swift.conf"), CONSTANTS)
    use_constants(constants)
    sockets = {name: eventlet.listen(("127.0.0.1", 0)) for name in (*BACKENDS, "proxy")}
    for name in BACKENDS:
        make_ring(etc, name, sockets[name].getsockname()[1])
    for name in BACKENDS:
        conf = BACKEND.format(name=name, etc=etc, devices=devices)
        serve(sockets[name], load(write(os.path.join(etc, f"{name}.conf"), conf)))
    proxy = load(write(os.path.join(etc, "proxy.conf"), PROXY.format(etc=etc)))
    serve(sockets["proxy"], with_cache(proxy))
    return sockets["proxy"].getsockname()[1]


def use_constants(path):
    """Swift reads its constants where the system has them; these are the tests' own."""
    from swift.common import constraints, storage_policy
    utils.SWIFT_CONF_FILE = path
    utils.HASH_PATH_SUFFIX = utils.HASH_PATH_PREFIX = b"tests"
    constraints.SWIFT_CONF_FILE = path
    constraints.reload_constraints()
    storage_policy.reload_storage_policies()


def main():
    directory = sys.argv[1]
    for unwanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(unwanted, signal.SIG_IGN)
    try:
        print(start(directory), flush=True)
        while True:
            trampoline(sys.stdin.fileno(), read=True)
            if not os.read(sys.stdin.fileno(), 1):
                break
    finally:
        shutil.rmtree(directory, ignore_errors=True)


main()
