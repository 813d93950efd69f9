package profiles

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// Files are the two files that profiles are read from.
type Files struct {
	Config, Credentials string
	// Home is what a leading ~/ in an xrole_policy_file stands for.
	Home string
}

// Locate says where the files are: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE, a leading ~/ being home, else config and
// credentials in home/.aws.
func Locate(getenv func(string) string, home string) Files {
	pick := func(variable, name string) string {
		if v := getenv(variable); v != "" {
			return expandHome(v, home)
		}
		return filepath.Join(home, ".aws", name)
	}
	return Files{
		Config:      pick("AWS_CONFIG_FILE", "config"),
		Credentials: pick("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
		Home:        home,
	}
}

// Home is the home folder as the shared config specification finds it: HOME,
// and on Windows else USERPROFILE, else HOMEDRIVE and HOMEPATH. It is empty if
// none is set.
func Home(getenv func(string) string, goos string) string {
	if h := getenv("HOME"); h != "" || goos != "windows" {
		return h
	}
	if h := getenv("USERPROFILE"); h != "" {
		return h
	}
	return getenv("HOMEDRIVE") + getenv("HOMEPATH")
}

func expandHome(path, home string) string {
	if home != "" && (path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`)) {
		return filepath.Join(home, path[1:])
	}
	return path
}

// file is one of the two files, scanned.
type file struct {
	path     string
	data     []byte
	sections []section
	mode     fs.FileMode
	secret   bool // the credentials file
}

// Set is what was read of both files. It does not change and may be used by
// several goroutines at once.
type Set struct {
	files               Files
	config, credentials file
}

// Load reads both files and finds their sections. A file that does not exist
// is empty. The error is a [fault.Error] of kind Config that names the file and,
// for a malformed line that no AWS tool would load, the line.
func Load(files Files) (*Set, error) {
	s := &Set{files: files}
	var err error
	if s.config, err = loadFile(files.Config, false); err != nil {
		return nil, err
	}
	if s.credentials, err = loadFile(files.Credentials, true); err != nil {
		return nil, err
	}
	return s, nil
}

func loadFile(path string, credentials bool) (file, error) {
	f := file{path: path, secret: credentials}
	data, mode, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, unreadable(path, err)
	}
	f.data, f.mode = data, mode
	var bad *syntaxError
	if f.sections, bad = scan(data, credentials); bad != nil {
		return f, f.malformed(bad)
	}
	return f, nil
}

func readFile(path string) ([]byte, fs.FileMode, error) {
	if path == "" {
		return nil, 0, fs.ErrNotExist
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	data, err := os.ReadFile(path)
	return data, info.Mode(), err
}

func unreadable(path string, err error) error {
	cause := err
	var perr *fs.PathError
	if errors.As(err, &perr) {
		cause = perr.Err
	}
	return fault.New(fault.Config, "can't read %q: %v", path, cause).Because(err)
}

func (f *file) name(s section) []byte { return f.data[s.nameStart:s.nameEnd] }

// find returns the sections of that type and name, in the order of the file.
func (f *file) find(typ sectionType, name string) []section {
	var found []section
	for _, s := range f.sections {
		if s.typ == typ && string(f.name(s)) == name {
			found = append(found, s)
		}
	}
	return found
}

// profile returns the sections that make up a profile in this file.
func (f *file) profile(name string) []section {
	found := f.find(typeProfile, name)
	if len(found) == 0 && name == "default" {
		return f.find(typeDefault, name)
	}
	return found
}

// profileSections returns a profile's sections in both files.
func (s *Set) profileSections(name string) (config, credentials []section) {
	config = s.config.profile(name)
	if credentials = s.credentials.profile(name); len(credentials) == 0 && len(config) > 0 && strings.ContainsAny(name, " \t") {
		credentials = s.credentials.find(typeSpaced, name)
	}
	return config, credentials
}

// render appends sections for [parse].
func (f *file) render(b *bytes.Buffer, sections []section) error {
	for _, sec := range sections {
		list, bad := entries(f.data, sec)
		if bad != nil {
			return f.malformed(bad)
		}
		render(b, f.data, list)
	}
	return nil
}

// raw reads a section that is no profile, such as an sso-session; nil if
// there is none.
func (s *Set) raw(typ sectionType, name string) (map[string]string, error) {
	found := s.config.find(typ, name)
	if len(found) == 0 {
		return nil, nil
	}
	return s.merge(found, nil)
}

func (s *Set) merge(config, credentials []section) (map[string]string, error) {
	var b bytes.Buffer
	if err := s.config.render(&b, config); err != nil {
		return nil, err
	}
	if err := s.credentials.render(&b, credentials); err != nil {
		return nil, err
	}
	return parse(&b)
}

// Profile returns the merged view of a profile in both files. The error is a
// [fault.Error] of kind Config: not found, or a malformed line in its sections.
func (s *Set) Profile(name string) (*Profile, error) {
	config, credentials := s.profileSections(name)
	if len(config)+len(credentials) == 0 {
		return nil, s.notFound(name)
	}
	return s.profile(name, config, credentials)
}

func (s *Set) profile(name string, config, credentials []section) (*Profile, error) {
	props, err := s.merge(config, credentials)
	if err != nil {
		return nil, err
	}
	for key, value := range props {
		props[key] = strings.TrimPrefix(value, "\n") // a nested block
	}
	p := &Profile{Name: name, Properties: props}
	if len(config) > 0 {
		p.File, p.Line = s.config.path, config[0].line
	} else {
		p.File, p.Line = s.credentials.path, credentials[0].line
	}
	return p, nil
}

// Profiles returns every profile of both files, those of the config file
// first, in the order in which they first appear. A profile with a malformed line is left out
// and its error returned.
func (s *Set) Profiles() ([]*Profile, []error) {
	config, credentials := s.config.byName(), s.credentials.byName()
	var list []*Profile
	var errs []error
	for _, name := range s.Names() {
		conf, cred := config[name], credentials[name]
		if name == "default" || strings.ContainsAny(name, " \t") { // special rules
			conf, cred = s.profileSections(name)
		}
		p, err := s.profile(name, conf, cred)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, p)
	}
	return list, errs
}

func (f *file) byName() map[string][]section {
	m := make(map[string][]section, len(f.sections))
	for _, sec := range f.sections {
		if sec.typ == typeProfile {
			m[string(f.name(sec))] = append(m[string(f.name(sec))], sec)
		}
	}
	return m
}

// Names returns the name of every profile in the order of [Set.Profiles],
// without reading the profiles.
func (s *Set) Names() []string {
	seen := make(map[string]bool)
	var names []string
	for _, f := range []*file{&s.config, &s.credentials} {
		for _, sec := range f.sections {
			if sec.typ == typeProfile || sec.typ == typeDefault {
				if name := string(f.name(sec)); !seen[name] {
					seen[name] = true
					names = append(names, name)
				}
			}
		}
	}
	return names
}
