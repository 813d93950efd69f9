package sandbox

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/policy"
)

// World describes the accounts that a server plays. It is built with methods
// that return what they made or changed, so that a world reads like a list;
// what is wrong with it (a policy that does not parse) is kept and returned by
// [Start]. A world must not be changed once a server runs on it.
type World struct {
	accounts []*Account
	managed  map[string]policy.Named // by ARN
	errs     []error
}

// NewWorld returns a world without accounts.
func NewWorld() *World {
	return &World{managed: map[string]policy.Named{}}
}

// AWSManaged adds a managed policy of AWS's own (arn:aws:iam::aws:policy/NAME)
// that session policies may name.
func (w *World) AWSManaged(name, document string) *World {
	w.managed["arn:aws:iam::aws:policy/"+name] = w.parse(name, document)
	return w
}

// Account adds an account; id has twelve digits.
func (w *World) Account(id string) *Account {
	a := &Account{world: w, id: id}
	w.accounts = append(w.accounts, a)
	return a
}

func (w *World) parse(name, document string) policy.Named {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("policy %q: %w", name, err))
	}
	return policy.Named{Name: name, Document: doc}
}

func (w *World) err() error { return errors.Join(w.errs...) }

// role returns the role with that ARN, nil if there is none.
func (w *World) role(arn string) *Role {
	for _, a := range w.accounts {
		for _, r := range a.roles {
			if r.ARN() == arn {
				return r
			}
		}
	}
	return nil
}

func (w *World) users() []*User {
	var all []*User
	for _, a := range w.accounts {
		all = append(all, a.users...)
	}
	return all
}

func (w *World) buckets() []*Bucket {
	var all []*Bucket
	for _, a := range w.accounts {
		all = append(all, a.buckets...)
	}
	return all
}

// Account is an AWS account of a [World].
type Account struct {
	world   *World
	id      string
	org     string
	scps    []policy.Named
	users   []*User
	roles   []*Role
	buckets []*Bucket
}

// Org puts the account into an organization (aws:PrincipalOrgID).
func (a *Account) Org(id string) *Account {
	a.org = id
	return a
}

// SCP adds a service control policy. Without any, all is allowed.
func (a *Account) SCP(name, document string) *Account {
	a.scps = append(a.scps, a.world.parse(name, document))
	return a
}

// Managed adds a customer managed policy (arn:aws:iam::ACCOUNT:policy/NAME)
// that session policies of the account's roles may name.
func (a *Account) Managed(name, document string) *Account {
	a.world.managed["arn:aws:iam::"+a.id+":policy/"+name] = a.world.parse(name, document)
	return a
}

// User adds an IAM user. The server gives it an access key when it starts.
func (a *Account) User(name string) *User {
	u := &User{account: a, name: name}
	a.users = append(a.users, u)
	return u
}

// Group adds an IAM group without members.
func (a *Account) Group(name string) *Group {
	return &Group{account: a, name: name}
}

// Role adds a role that nobody may assume and that may do nothing, with
// sessions of an hour at most.
func (a *Account) Role(name string) *Role {
	r := &Role{account: a, name: name, path: "/", maxSession: time.Hour}
	a.roles = append(a.roles, r)
	return r
}

// Bucket adds an empty bucket in us-east-1.
func (a *Account) Bucket(name string) *Bucket {
	b := &Bucket{account: a, name: name, region: "us-east-1"}
	a.buckets = append(a.buckets, b)
	return b
}

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

// Bucket is an S3 bucket.
type Bucket struct {
	account *Account
	name    string
	region  string
	policy  *policy.Named
	objects map[string]string
}

// Region moves the bucket.
func (b *Bucket) Region(region string) *Bucket {
	b.region = region
	return b
}

// Policy sets the bucket policy.
func (b *Bucket) Policy(document string) *Bucket {
	p := b.account.world.parse("bucket policy of "+b.name, document)
	b.policy = &p
	return b
}

// Object puts a text object into the bucket.
func (b *Bucket) Object(key, body string) *Bucket {
	b.objects = with(b.objects, key, body)
	return b
}

func with(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

// uniqueID is the stable id that IAM gives an entity: AIDA… for a user, AROA…
// for a role. It is made from the ARN, so that it is the same in every run.
func uniqueID(prefix, arn string) string {
	sum := sha256.Sum256([]byte(arn))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}
