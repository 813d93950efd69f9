package policy

import (
	"strconv"
	"strings"
)

// Check reports what AWS refuses in a policy of this kind beyond what [Parse]
// refuses in any; NoResourcePolicy stands for the policies of identities
// (permissions, boundaries, session and service control policies). The error is
// a [*SyntaxError].
//
// The rules are those of "IAM JSON policy elements" (Principal, NotPrincipal,
// Resource, Sid), of the S3 guide's "Bucket policies" and of the KMS guide's
// "Creating a key policy".
func (d *Document) Check(kind ResourceKind) error {
	for i := range d.Statements {
		st := &d.Statements[i]
		element, problem := st.check(kind)
		if problem == "" {
			continue
		}
		label := st.Sid
		if label == "" {
			label = "statement " + strconv.Itoa(i+1)
		}
		return &SyntaxError{Statement: label, Element: element, Problem: problem}
	}
	return nil
}

func (st *Statement) check(kind ResourceKind) (element, problem string) {
	switch {
	case kind == NoResourcePolicy && len(st.Principals) > 0:
		return "Principal", "can't stand in the policy of an identity"
	case kind == NoResourcePolicy:
		return "", ""
	case len(st.Principals) == 0:
		return "Principal", "is missing"
	case kind == TrustPolicy:
		return st.checkTrust()
	case len(st.Resources) == 0:
		return "Resource", "is missing"
	case kind == BucketPolicy:
		return st.checkBucket()
	}
	return "", ""
}

func (st *Statement) checkTrust() (element, problem string) {
	switch {
	case st.NotPrincipal:
		return "NotPrincipal", "can't stand in a trust policy"
	case len(st.Resources) > 0:
		return "Resource", "can't stand in a trust policy"
	case !alphanumeric(st.Sid):
		return "Sid", "may hold only letters A-Z, a-z and digits in a trust policy"
	}
	for _, a := range st.Actions {
		if !strings.HasPrefix(strings.ToLower(a), "sts:") {
			return "Action", "may hold only actions of STS in a trust policy, not " + strconv.Quote(a)
		}
	}
	return "", ""
}

func (st *Statement) checkBucket() (element, problem string) {
	for _, a := range st.Actions {
		if a != "*" && !strings.HasPrefix(strings.ToLower(a), "s3:") {
			return "Action", "may hold only actions of S3 in a bucket policy, not " + strconv.Quote(a)
		}
	}
	for _, r := range st.Resources {
		if parts := strings.SplitN(r, ":", arnHead+1); r != "*" && (len(parts) < 3 || parts[2] != "s3") {
			return "Resource", "may name only the bucket and its objects, not " + strconv.Quote(r)
		}
	}
	return "", ""
}
