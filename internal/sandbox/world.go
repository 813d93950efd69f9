package sandbox

import (
	"errors"
	"fmt"
	"time"

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
