package profiles

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/xrole/xrole/internal/fault"
)

// file is one of the two files, scanned.
type file struct {
	path     string
	sections table
	bom      bool                 // it begins with a byte order mark
	secret   bool                 // the credentials file
	index    map[string][]section // by name, nil until it is worth its time
	info     fs.FileInfo          // as it was when scanned; nil if there is no such file
	// data is the content of a file that is small enough, see inMemory. Of a larger
	// one only the sections that are asked for are read again: the memory for
	// the rest, page by page, would cost more than the scan.
	data []byte
	// from is what a larger file is read again from: whoever replaces the file by a
	// rename leaves this one whole. It is closed when the last set that has it is
	// garbage, mostly at the end of the process.
	from *os.File
}

const (
	holdLimit = 256 << 10
	pieceSize = 16 << 10
	sizeLimit = 1 << 30
)

// newFile scans a content that is in memory.
func newFile(path string, data []byte, credentials bool) (file, error) {
	if data == nil {
		data = []byte{} // nil means not held
	}
	f := file{path: path, data: data, secret: credentials}
	sc := scanner{credentials: credentials, sections: table{marks: make([]mark, 0, bytes.Count(data, []byte("["))+1)}}
	_, bad := sc.feed(data, true)
	if bad != nil {
		err := f.malformed(bad)
		return f, err
	}
	f.sections, f.bom = sc.sections, sc.bom
	return f, nil
}

// inMemory holds for the size of a file that is kept whole. On Windows that is
// any: a file that is open can't be replaced there.
func inMemory(size int64) bool { return size <= holdLimit || runtime.GOOS == "windows" }

// openFile scans the file at path; a file that does not exist is empty.
func openFile(path string, credentials bool) (file, error) {
	if path == "" {
		return file{secret: credentials}, nil
	}
	return settled(func() (file, error) { return scanFile(path, credentials) })
}

// settled scans again while somebody is writing into the file in place: what
// was scanned is then half old, half new, and may not even be well-formed.
func settled(scan func() (file, error)) (f file, err error) {
	for range maxTries {
		if f, err = scan(); f.from == nil {
			return f, err
		}
		torn := f.changed()
		if torn || err != nil || f.data != nil {
			_ = f.from.Close()
			f.from = nil
		}
		if !torn {
			return f, err
		}
	}
	err = f.wasChanged()
	return f, err
}

// scanFile scans the file once, and leaves it open.
func scanFile(path string, credentials bool) (file, error) {
	f := file{path: path, secret: credentials}
	r, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, unreadable(path, err)
	}
	f.from = r
	if f.info, err = r.Stat(); err != nil {
		return f, unreadable(path, err)
	}
	if f.info.Size() > sizeLimit {
		return f, unreadable(path, errors.New("larger than 1 GiB"))
	}
	if !inMemory(f.info.Size()) {
		err := f.scanPieces(r) // before f is copied
		return f, err
	}
	var b bytes.Buffer
	b.Grow(int(f.info.Size()) + bytes.MinRead)
	if _, err := b.ReadFrom(r); err != nil {
		return f, unreadable(path, err)
	}
	held, err := newFile(path, b.Bytes(), credentials)
	held.info, held.from = f.info, r
	return held, err
}

// changed reports whether the open file is not what it was when it was opened.
// A pipe always is.
func (f *file) changed() bool {
	if f.info == nil || !f.info.Mode().IsRegular() {
		return false
	}
	now, err := f.from.Stat()
	return err != nil || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime())
}

func (f *file) wasChanged() error {
	return fault.New(fault.Config, "%s was changed while it was read", f.path).WithHint("try again")
}

// scanPieces scans a large file through one small buffer.
func (f *file) scanPieces(r io.Reader) error {
	sc := scanner{credentials: f.secret}
	buf, have := make([]byte, pieceSize), 0
	for final := false; !final; {
		if have == len(buf) { // one line fills it
			buf = append(buf, make([]byte, len(buf))...)
		}
		n, err := r.Read(buf[have:])
		have += n
		if final = errors.Is(err, io.EOF); err != nil && !final {
			return unreadable(f.path, err)
		}
		used, bad := sc.feed(buf[:have], final)
		if bad != nil {
			return f.malformed(bad)
		}
		have = copy(buf, buf[used:have])
		if pieces := int(f.info.Size())/pieceSize + 1; sc.offset == used { // the first: more of the same will come
			sc.sections.marks = slices.Grow(sc.sections.marks, pieces*len(sc.sections.marks))
			sc.sections.names = slices.Grow(sc.sections.names, pieces*len(sc.sections.names))
		}
	}
	f.sections, f.bom = sc.sections, sc.bom
	return nil
}

// read returns bytes that hold the section, and the section with its offsets
// in them.
func (f *file) read(s section) ([]byte, section, error) {
	if f.data != nil || f.info == nil {
		return f.data, s, nil
	}
	data := make([]byte, s.end-s.start)
	if err := f.reread(data, s.start); err != nil {
		return nil, s, err
	}
	s.body, s.end, s.start = s.body-s.start, len(data), 0
	return data, s, nil
}

// hold brings the whole file into memory.
func (f *file) hold() error {
	if f.data != nil || f.info == nil {
		return nil
	}
	data := make([]byte, f.info.Size())
	if err := f.reread(data, 0); err != nil {
		return err
	}
	f.data = data
	return nil
}

// reread fills data from the scanned file, and refuses one that was written to
// in place: the offsets would mean something else there.
func (f *file) reread(data []byte, offset int) error {
	_, err := f.from.ReadAt(data, int64(offset))
	if err != nil && !errors.Is(err, io.EOF) {
		return unreadable(f.path, err)
	}
	if err != nil || f.changed() {
		return f.wasChanged()
	}
	return nil
}

// entries takes a section apart; data is what the entries' offsets refer to.
func (f *file) entries(s section) (data []byte, list []entry, err error) {
	data, s, err = f.read(s)
	if err != nil {
		return nil, nil, err
	}
	list, bad := entries(data, s)
	if bad != nil {
		return nil, nil, f.malformed(bad)
	}
	return data, list, nil
}

// render appends sections for [parse].
func (f *file) render(b *bytes.Buffer, sections []section) error {
	for _, sec := range sections {
		data, list, err := f.entries(sec)
		if err != nil {
			return err
		}
		render(b, data, list)
	}
	return nil
}

func (f *file) name(s section) []byte { return f.sections.name(s) }

// find returns the sections of that type and name, in the order of the file.
func (f *file) find(typ sectionType, name string) []section {
	if f.index == nil {
		return f.sections.find(typ, name)
	}
	var found []section
	for _, s := range f.index[name] {
		if s.typ == typ {
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

// indexed makes finding a section take the same time however many there are.
func (f *file) indexed() {
	f.index = make(map[string][]section, f.sections.len())
	for sec := range f.sections.all() {
		name := string(f.name(sec))
		f.index[name] = append(f.index[name], sec)
	}
}

func unreadable(path string, err error) error {
	cause := err
	var perr *fs.PathError
	if errors.As(err, &perr) {
		cause = perr.Err
	}
	e := fault.New(fault.Config, "can't read %q: %v", path, cause).Because(err)
	if errors.Is(err, fs.ErrPermission) {
		return e.WithHint("make the file and its folder readable for yourself: ls -ld %q %q", filepath.Dir(path), path)
	}
	return e.WithHint("put a file there, or set AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE to where it is")
}
