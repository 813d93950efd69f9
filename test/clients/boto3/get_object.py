#!/usr/bin/env python3
"""Print an S3 object to stdout: get_object.py BUCKET KEY.

The way a user's own script does it: credentials, region and endpoint come
from AWS_PROFILE and the config file, and nothing here knows of xrole.
"""

import sys

import boto3
from botocore.config import Config


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: get_object.py BUCKET KEY")
    _, bucket, key = sys.argv
    s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    with s3.get_object(Bucket=bucket, Key=key)["Body"] as body:
        sys.stdout.buffer.write(body.read())


if __name__ == "__main__":
    main()
