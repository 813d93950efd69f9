package cache

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// entryVersion is the version of an entry's form. An entry of any other
// version is treated as missing, and so replaced.
const entryVersion = 1

// How long before their end credentials stop being handed out as they are, and
// stop being handed out at all. 15 minutes is botocore's advisory refresh
// window: with less left it asks again at every fetch.
const (
	freshFor = 15 * time.Minute
	deadAt   = time.Minute
)

// Entry is one stored session.
type Entry struct {
	// Version and Key are filled in by [Store.Put].
	Version int
	// Key is the whole digest of the key that the entry was stored under.
	Key string
	// Profile and Role are for those who list sessions.
	Profile, Role string
	Credentials   credentials.Credentials
	// Obtained is when AWS gave them out.
	Obtained time.Time
}

// Tier says what an entry is good for.
type Tier int

// The tiers, from best to worst.
const (
	// Dead: less than a minute left, or expired. Never served.
	Dead Tier = iota
	// Renewable: from one to fifteen minutes left. To be renewed if that takes
	// no person; served as the last resort if renewal is impossible.
	Renewable
	// Fresh: fifteen minutes or more left, or no expiry at all. Served as it is.
	Fresh
)

func (t Tier) String() string {
	return [...]string{Dead: "dead", Renewable: "renewable", Fresh: "fresh"}[t]
}

// Tier returns what the entry is good for at now.
func (e Entry) Tier(now time.Time) Tier {
	if e.Credentials.Expiration.IsZero() {
		return Fresh
	}
	switch left := e.Credentials.Expiration.Sub(now); {
	case left >= freshFor:
		return Fresh
	case left >= deadAt:
		return Renewable
	}
	return Dead
}

// wire is the stored form of an Entry: the one place where its secrets stand
// as plain strings, which is why it has no other use.
type wire struct {
	Version      int        `json:"v"`
	Key          string     `json:"key"`
	Profile      string     `json:"profile,omitempty"`
	Role         string     `json:"role,omitempty"`
	AccessKeyID  string     `json:"akid"`
	Secret       string     `json:"secret"`
	SessionToken string     `json:"token,omitempty"`
	Expiration   *time.Time `json:"exp,omitempty"`
	AccountID    string     `json:"account,omitempty"`
	Obtained     time.Time  `json:"obtained"`
}

// encode returns the stored form of e under k.
func (e Entry) encode(k Key) ([]byte, error) {
	w := wire{
		Version: entryVersion, Key: k.Sum(), Profile: e.Profile, Role: e.Role,
		AccessKeyID:  e.Credentials.AccessKeyID,
		Secret:       e.Credentials.SecretAccessKey.Reveal(),
		SessionToken: e.Credentials.SessionToken.Reveal(),
		AccountID:    e.Credentials.AccountID,
		Obtained:     e.Obtained.UTC(),
	}
	if exp := e.Credentials.Expiration; !exp.IsZero() {
		exp = exp.UTC()
		w.Expiration = &exp
	}
	return json.Marshal(w)
}

// Why an item that is there is not an entry. None of them quotes the item.
var (
	errCorrupt    = errors.New("the item is not a whole entry")
	errOldVersion = errors.New("the entry has another version")
	errOtherKey   = errors.New("the entry belongs to another key")
)

// decode reads the stored form. The reasons that it fails for are its own:
// encoding/json's would quote what it read.
func decode(data []byte) (Entry, error) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return Entry{}, errCorrupt
	}
	if w.Version != entryVersion {
		return Entry{}, errOldVersion
	}
	if w.Key == "" || w.AccessKeyID == "" || w.Secret == "" {
		return Entry{}, errCorrupt
	}
	e := Entry{
		Version: w.Version, Key: w.Key, Profile: w.Profile, Role: w.Role,
		Credentials: credentials.Credentials{
			AccessKeyID:     w.AccessKeyID,
			SecretAccessKey: credentials.Secret(w.Secret),
			SessionToken:    credentials.Secret(w.SessionToken),
			AccountID:       w.AccountID,
		},
		Obtained: w.Obtained,
	}
	if w.Expiration != nil {
		e.Credentials.Expiration = w.Expiration.UTC()
	}
	return e, nil
}
