// Prints an S3 object to stdout: node get-object.mjs BUCKET KEY.
//
// The way a user's own script does it: credentials, region and endpoint come
// from AWS_PROFILE and the config file, and nothing here knows of xrole. The
// provider is named because the SDK's default chain would look for keys in
// the environment first, and this program is about profiles.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { fromIni } from "@aws-sdk/credential-providers";

const [bucket, key, ...rest] = process.argv.slice(2);
if (!bucket || !key || rest.length > 0) {
  process.stderr.write("usage: get-object.mjs BUCKET KEY\n");
  process.exit(2);
}

const s3 = new S3Client({ credentials: fromIni(), forcePathStyle: true });
try {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  process.stdout.write(await Body.transformToByteArray());
} catch (err) {
  process.stderr.write(`get-object: ${err.name}: ${err.message}\n`);
  process.exitCode = 1;
}
