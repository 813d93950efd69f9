package profiles

import (
	"context"
	"errors"
)

// Files are the two files that profiles are read from.
type Files struct{ Config, Credentials string }

// Set is what was read of both files.
type Set struct{}

// Profile is the merged view of one profile.
type Profile struct {
	Name, File string
	Line       int
	Properties map[string]string
}

// Header names one section of a file.
type Header struct{ Type, Name string }

// ProfileHeader is the header of a profile in the config file.
func ProfileHeader(name string) Header { return Header{Type: "profile", Name: name} }

// Property is one key and its value.
type Property struct{ Key, Value string }

// Edit says what to change in one section.
type Edit struct {
	Set   []Property
	Unset []string
}

var errEarly = errors.New("not built yet")

func Locate(getenv func(string) string, home string) Files { return Files{} }
func Load(files Files) (*Set, error)                       { return nil, errEarly }
func (s *Set) Profile(name string) (*Profile, error)       { return nil, errEarly }
func (s *Set) Profiles() ([]*Profile, []error)             { return nil, nil }
func (s *Set) Names() []string                             { return nil }
func (s *Set) Chain(name string) (*Chain, error)           { return nil, errEarly }
func (s *Set) Warnings(name string) []string               { return nil }
func (p *Profile) Managed() bool                           { return p.Properties["xrole_role_arn"] != "" }
func (p *Profile) Get(key string) string                   { return "" }

func Splice(data []byte, header Header, e Edit) ([]byte, error) { return nil, errEarly }
func Cut(data []byte, header Header) ([]byte, error)            { return nil, errEarly }
func Update(ctx context.Context, path, lockDir string, change func(old []byte) ([]byte, error)) error {
	return errEarly
}
func Diff(path string, old, new []byte) string { return "" }

func ProfileName(name string) error     { return nil }
func RoleARN(value string) error        { return nil }
func MFASerial(value string) error      { return nil }
func ExternalID(value string) error     { return nil }
func SessionName(value string) error    { return nil }
func SourceIdentity(value string) error { return nil }
