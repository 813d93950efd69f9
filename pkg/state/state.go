// Package state keeps what `xrole status` and a shell prompt show: which
// sessions were obtained, for which profile and role, and until when. It holds
// no secret and needs no keyring, so reading it is quick and asks nobody.
//
// There is one small file a session. It is replaced whole, so a reader sees the
// old record or the new one and writers of different profiles never meet.
package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/atomicfile"
)

// Kind tells the two sorts of session apart.
type Kind string

// The kinds of session.
const (
	Role Kind = "role" // a role session
	MFA  Kind = "mfa"  // an MFA session of a source
)

// Record is one session as it is shown to people.
type Record struct {
	Version int  `json:"version"`
	Kind    Kind `json:"kind"`
	// Profile is the profile that was asked for; for an MFA session the source.
	Profile string `json:"profile"`
	// Role is the role's ARN; for an MFA session the device's serial number.
	Role        string `json:"role"`
	Account     string `json:"account,omitempty"`
	Region      string `json:"region,omitempty"`
	SessionName string `json:"session_name,omitempty"`
	// Item is the name of the session's item in the keyring.
	Item string `json:"item"`
	// MFAItem is that of the MFA session which the role was assumed from, if
	// there was one.
	MFAItem    string    `json:"mfa_item,omitempty"`
	Backend    string    `json:"keyring"`
	Obtained   time.Time `json:"obtained"`
	Expiration time.Time `json:"expiration"`
}

const version = 1

// Dir is the folder of the records.
type Dir string

// file names the record of a session. The readable part is for people; the
// digest keeps names apart that a file system would fold together.
func (d Dir) file(kind Kind, profile string) string {
	sum := sha256.Sum256([]byte(profile))
	readable := url.QueryEscape(profile)
	if len(readable) > 100 {
		readable = readable[:100]
	}
	return filepath.Join(string(d), fmt.Sprintf("%s-%s-%s.json", kind, readable, hex.EncodeToString(sum[:4])))
}

// Put writes the record, replacing the one of the same kind and profile.
func (d Dir) Put(r Record) error {
	r.Version = version
	r.Obtained, r.Expiration = r.Obtained.UTC(), r.Expiration.UTC()
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(d.file(r.Kind, r.Profile), append(data, '\n'), nil)
}

// Get returns the record of a profile, and false if there is none that can be read.
func (d Dir) Get(kind Kind, profile string) (Record, bool) {
	return read(d.file(kind, profile))
}

// List returns every record, live or not, the one that ends first in front.
// A folder that does not exist holds none; a file that can't be read as a
// record is passed over, because the next session replaces it.
func (d Dir) List() ([]Record, error) {
	entries, err := os.ReadDir(string(d))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Record
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		if r, ok := read(filepath.Join(string(d), e.Name())); ok {
			all = append(all, r)
		}
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Expiration.Equal(all[j].Expiration) {
			return all[i].Expiration.Before(all[j].Expiration)
		}
		return all[i].Profile < all[j].Profile
	})
	return all, nil
}

// Remove forgets the record of a profile; one that is not there is no error.
func (d Dir) Remove(kind Kind, profile string) error {
	err := os.Remove(d.file(kind, profile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func read(path string) (Record, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Record{}, false
	}
	var r Record
	if json.Unmarshal(data, &r) != nil || r.Version != version {
		return Record{}, false
	}
	return r, true
}
