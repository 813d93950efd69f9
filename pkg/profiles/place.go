package profiles

import (
	"errors"
	"fmt"

	"github.com/xrole/xrole/internal/fault"
)

// at says where the value stands that err is about. err's own text may not
// hold a secret; those of the validators do not.
func (s *Set) at(p *Profile, key string, err error) error {
	e := fault.New(fault.Config, "profile %q: %s: %v (%s)", p.Name, key, err, s.place(p, key)).Because(err)
	var cause *fault.Error
	if errors.As(err, &cause) && cause.Hint != "" {
		return e.WithHint("%s", cause.Hint)
	}
	return e.WithHint("correct %s", s.place(p, key))
}

// place returns FILE:LINE of the property that decides a key's value, or of
// the profile if it has none. It reads the sections again, so that the way
// without an error need not remember lines.
func (s *Set) place(p *Profile, key string) string {
	path, line := p.File, p.Line
	config, cred := s.profileSections(p.Name)
	look := func(f *file, sections []section) {
		for _, sec := range sections {
			_, list, _ := f.entries(sec)
			for _, e := range list {
				if e.valid && e.key == key {
					path, line = f.path, e.line
				}
			}
		}
	}
	look(&s.config, config)
	look(&s.credentials, cred)
	return fmt.Sprintf("%s:%d", path, line)
}
