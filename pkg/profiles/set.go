package profiles

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

// Set is what was read of both files. It does not change and may be used by
// several goroutines at once.
type Set struct {
	files               Files
	config, credentials file
	// known are the profiles that were taken apart before: nil, where none is
	// to be kept.
	known *sync.Map
}

// Load reads both files and finds their sections. A file that does not exist
// is empty. The error is a [fault.Error] of kind Config that names the file and,
// for a malformed line that no AWS tool would load, the line.
func Load(files Files) (*Set, error) {
	s := &Set{files: files, known: new(sync.Map)}
	var confErr, credErr error
	credentials := func() { s.credentials, credErr = openFile(files.Credentials, true) }
	var wg sync.WaitGroup
	both := large(files.Config) && large(files.Credentials) // else it is not worth a thread
	if both {
		wg.Go(credentials)
	}
	s.config, confErr = openFile(files.Config, false)
	if wg.Wait(); !both {
		credentials()
	}
	if confErr != nil {
		return nil, confErr
	}
	if credErr != nil {
		return nil, credErr
	}
	return s, nil
}

// large holds for a file that is not kept in memory.
func large(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !inMemory(info.Size())
}

// profileSections returns a profile's sections in both files.
func (s *Set) profileSections(name string) (config, credentials []section) {
	config = s.config.profile(name)
	if credentials = s.credentials.profile(name); len(credentials) == 0 && len(config) > 0 && strings.ContainsAny(name, " \t") {
		credentials = s.credentials.find(typeSpaced, name)
	}
	return config, credentials
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
	if s.known != nil {
		if p, ok := s.known.Load(name); ok {
			return p.(*Profile), nil
		}
	}
	config, credentials := s.profileSections(name)
	if len(config)+len(credentials) == 0 {
		return nil, s.notFound(name)
	}
	p, err := s.profile(name, config, credentials)
	if s.known != nil && err == nil {
		s.known.Store(name, p)
	}
	return p, err
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
	s, err := s.Whole()
	if err != nil {
		return nil, []error{err}
	}
	var list []*Profile
	var errs []error
	for _, name := range s.Names() {
		p, err := s.Profile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, p)
	}
	return list, errs
}

// Whole is the set with both files in memory and all sections indexed: for
// whoever asks about many profiles. The error is a [fault.Error] of kind Config.
func (s *Set) Whole() (*Set, error) {
	w := *s
	w.known = new(sync.Map)
	for _, f := range []*file{&w.config, &w.credentials} {
		if err := f.hold(); err != nil {
			return nil, err
		}
		if f.index == nil {
			f.indexed()
		}
	}
	return &w, nil
}

// Names returns the name of every profile in the order of [Set.Profiles],
// without reading the profiles.
func (s *Set) Names() []string {
	seen := make(map[string]bool)
	var names []string
	for _, f := range []*file{&s.config, &s.credentials} {
		for sec := range f.sections.all() {
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
