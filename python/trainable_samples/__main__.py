"""Lists the samples as JSON (``list``) or writes one as CSV (``write NAME FILE``).

Run it by its directory, ``python3 -I python/trainable_samples list``, so that neither the environment nor the current
directory changes what it does.
"""

import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    # Isolated mode leaves out the directory that the package lies in. Last, so that it hides nothing.
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from trainable_samples.catalogue import SAMPLES

    match arguments:
        case ["list"]:
            json.dump([sample.describe() for sample in SAMPLES.values()], sys.stdout)
            print()
            return 0
        case ["write", name, path] if name in SAMPLES:
            SAMPLES[name].write(Path(path))
            return 0
        case ["write", name, _]:
            print(f"there is no sample '{name}'; there are: {', '.join(SAMPLES)}", file=sys.stderr)
            return 2
    print("usage: trainable_samples list | write NAME FILE", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
