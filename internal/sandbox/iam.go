package sandbox

import (
	"crypto/sha256"
	"encoding/base32"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/policy"
)

// User is an IAM user.
type User struct {
	account  *Account
	name     string
	policies []policy.Named
	groups   []*Group
	boundary *policy.Named
	tags     map[string]string
	devices  []Device
	keys     credentials.Credentials
}

// ARN is the user's ARN.
func (u *User) ARN() string { return "arn:aws:iam::" + u.account.id + ":user/" + u.name }

// Policy adds an inline policy.
func (u *User) Policy(name, document string) *User {
	u.policies = append(u.policies, u.account.world.parse(name, document))
	return u
}

// Boundary sets the permissions boundary.
func (u *User) Boundary(name, document string) *User {
	p := u.account.world.parse(name, document)
	u.boundary = &p
	return u
}

// Tag adds a tag (aws:PrincipalTag/KEY).
func (u *User) Tag(key, value string) *User {
	u.tags = with(u.tags, key, value)
	return u
}

// Device adds a virtual MFA device, arn:aws:iam::ACCOUNT:mfa/NAME. A nil seed
// is drawn at random when the server starts.
func (u *User) Device(name string, seed []byte) *User {
	u.devices = append(u.devices, Device{
		Serial: "arn:aws:iam::" + u.account.id + ":mfa/" + name, seed: seed})
	return u
}

// AccessKey gives the user this key instead of a random one: a test that
// searches for leaks knows what to search for.
func (u *User) AccessKey(id string, secret credentials.Secret) *User {
	u.keys = credentials.Credentials{AccessKeyID: id, SecretAccessKey: secret, AccountID: u.account.id}
	return u
}

func (u *User) identity() []policy.Named {
	all := append([]policy.Named(nil), u.policies...)
	for _, g := range u.groups {
		all = append(all, g.policies...)
	}
	return all
}

// Device is a user's virtual MFA device.
type Device struct {
	// Serial is its ARN, what mfa_serial says.
	Serial string
	seed   []byte
}

// Group is an IAM group.
type Group struct {
	account  *Account
	name     string
	policies []policy.Named
}

// Policy adds an inline policy that all members have.
func (g *Group) Policy(name, document string) *Group {
	g.policies = append(g.policies, g.account.world.parse(g.name+"/"+name, document))
	return g
}

// Member puts a user into the group.
func (g *Group) Member(u *User) *Group {
	u.groups = append(u.groups, g)
	return g
}

// Role is an IAM role.
type Role struct {
	account    *Account
	name, path string
	trust      *policy.Named
	policies   []policy.Named
	boundary   *policy.Named
	tags       map[string]string
	maxSession time.Duration
}

// ARN is the role's ARN.
func (r *Role) ARN() string { return "arn:aws:iam::" + r.account.id + ":role" + r.path + r.name }

// Path sets the path, which begins and ends with a slash.
func (r *Role) Path(path string) *Role {
	r.path = path
	return r
}

// Trust sets the trust policy: who may assume the role.
func (r *Role) Trust(document string) *Role {
	p := r.account.world.parse("trust policy of "+r.name, document)
	r.trust = &p
	return r
}

// Policy adds a permission policy: what the role may do.
func (r *Role) Policy(name, document string) *Role {
	r.policies = append(r.policies, r.account.world.parse(name, document))
	return r
}

// Boundary sets the permissions boundary.
func (r *Role) Boundary(name, document string) *Role {
	p := r.account.world.parse(name, document)
	r.boundary = &p
	return r
}

// Tag adds a tag (aws:ResourceTag/KEY when it is assumed, aws:PrincipalTag/KEY
// afterwards).
func (r *Role) Tag(key, value string) *Role {
	r.tags = with(r.tags, key, value)
	return r
}

// MaxSession sets the role's MaxSessionDuration, an hour to twelve.
func (r *Role) MaxSession(d time.Duration) *Role {
	r.maxSession = d
	return r
}

// uniqueID is the stable id that IAM gives an entity: AIDA… for a user, AROA…
// for a role. It is made from the ARN, so that it is the same in every run.
func uniqueID(prefix, arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
