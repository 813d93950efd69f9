"""Says how botocore reads AWS config files.

stdin: a JSON array of {"Config": BASE64, "Credentials": BASE64}, or nothing.
stdout: an array as long. Each item is an object of all profiles ("x"), sso-sessions
("sso-session x") and services ("services x") with their properties, or null
where botocore refuses the files. A nested block is a list of [name, value].
"""

import base64
import json
import os
import sys
import tempfile

try:
    from botocore.configloader import load_config, raw_config_parse
    from botocore.exceptions import ConfigParseError
except ImportError:  # Debian's AWS CLI brings its own
    from awscli.botocore.configloader import load_config, raw_config_parse
    from awscli.botocore.exceptions import ConfigParseError


def write(path, content):
    with open(path, "wb") as f:
        f.write(base64.b64decode(content))


def plain(properties):
    return {
        key: list(value.items()) if isinstance(value, dict) else value
        for key, value in properties.items()
    }


def read(config, credentials):
    """Does what botocore.session does, without the cost of a session."""
    try:
        full, more = load_config(config), raw_config_parse(credentials)
    except ConfigParseError:
        return None
    for name, properties in more.items():
        full["profiles"].setdefault(name, {}).update(properties)
    result = {name: plain(p) for name, p in full["profiles"].items()}
    for kind, key in (("sso-session", "sso_sessions"), ("services", "services")):
        result.update((kind + " " + name, plain(p)) for name, p in full[key].items())
    return result


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder:
        config, credentials = os.path.join(folder, "config"), os.path.join(folder, "credentials")
        for case in json.loads(sys.stdin.read() or "[]"):
            write(config, case["Config"] or "")
            write(credentials, case["Credentials"] or "")
            results.append(read(config, credentials))
    json.dump(results, sys.stdout)


main()
