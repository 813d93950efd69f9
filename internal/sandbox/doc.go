// Package sandbox is a strict AWS in one process on loopback: STS and S3, with
// as many accounts as a [World] describes, so that xrole can be tried and
// tested without an account and without touching anybody's ~/.aws.
//
// Promise: it refuses what AWS refuses, with AWS's codes and words. Signatures,
// clocks and session tokens are verified; an MFA code works once; the
// caller's policies, the role's trust policy, session policies, boundaries and
// bucket policies are evaluated; sessions expire; chained sessions end
// after an hour at most. Where AWS's behaviour is not documented, it takes the
// stricter reading, so that what works here works there.
//
// It does not try to be a storage service: objects live in memory, multipart
// uploads, versions, ACLs, encryption, presigned URLs and every other service
// are left out, and say NotImplemented.
package sandbox
