// Package policy evaluates the IAM policy language: given a call and the
// policies that apply to it, it says whether AWS would allow the call and, if
// not, which policy is in the way, which of its statements came nearest, and
// the one thing in that statement that did not match.
//
// It is pure: no network, no clock, no environment. Whatever a decision
// depends on is in the [Request] and the [Set]; the same input gives the same
// answer. It promises that an explicit deny always wins, that an allow added
// to a policy never takes access away, that a deny removed never does either,
// and that no input makes it panic.
//
// The rules are those of the IAM User Guide, part "Reference", chapters "IAM
// JSON policy element reference", "Policy evaluation logic" and "Grammar of the
// IAM JSON policy language"; the doc comment of each rule names its section.
//
// It does not cover: resource control policies, VPC endpoint policies, ACLs,
// S3 Block Public Access and object ownership, KMS grants, RAM shares, policies
// of access points, forward access sessions; which condition keys and which
// kinds of resource a service knows for an action; canonical user IDs, which
// match nobody; the user behind a GetFederationToken session, who is not known
// here; and that IAM binds a principal's ARN to its unique ID when a policy is
// saved. Service control policies are taken as applying: leave them out for
// the management account and for service-linked roles.
package policy
