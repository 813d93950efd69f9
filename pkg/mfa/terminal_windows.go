package mfa

import (
	"context"
	"fmt"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
)

var (
	kernel32         = windows.NewLazySystemDLL("kernel32.dll")
	readConsoleInput = kernel32.NewProc("ReadConsoleInputW")
	getConsoleWindow = kernel32.NewProc("GetConsoleWindow")
)

// hidden are the input modes that a prompt turns off: no echo, keys as they
// come, Ctrl-C as a key.
const hidden = windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT

// tty is the process's console, whatever its streams are.
type tty struct{ in, out windows.Handle }

// openTTY opens the console; a process has one, so the name is not used.
func openTTY(string) (*tty, error) {
	in, err := openConsole("CONIN$")
	if err != nil {
		return nil, nobody("no terminal: this process was started without a console")
	}
	out, err := openConsole("CONOUT$")
	if err != nil {
		_ = windows.CloseHandle(in)
		return nil, nobody("no terminal: the console can't be written to")
	}
	return &tty{in, out}, nil
}

func openConsole(name string) (windows.Handle, error) {
	p, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	return windows.CreateFile(p, windows.GENERIC_READ|windows.GENERIC_WRITE,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
}

func (t *tty) close() {
	_ = windows.CloseHandle(t.in)
	_ = windows.CloseHandle(t.out)
}

// lockName is the same for all processes of this console.
func (t *tty) lockName() string {
	window, _, _ := getConsoleWindow.Call()
	return fmt.Sprintf("terminal-%02x", window>>2%256)
}

// ask prints the prompt and reads a line with echo off. It returns errEnded
// when ctx ends.
func (t *tty) ask(ctx context.Context, prompt string) (code string, err error) {
	wake, stop, err := wakeUp(ctx)
	if err != nil {
		return "", nobody("no terminal: %v", err)
	}
	defer stop()

	var found uint32
	if err := windows.GetConsoleMode(t.in, &found); err != nil {
		return "", gone(err)
	}
	quiet := found &^ (hidden | windows.ENABLE_VIRTUAL_TERMINAL_INPUT)
	before := found
	if found == quiet { // left by a prompt that was killed
		before |= hidden
	}
	defer func() { _ = windows.SetConsoleMode(t.in, before) }()
	if err := windows.SetConsoleMode(t.in, quiet); err != nil {
		return "", gone(err)
	}
	if err := windows.FlushConsoleInputBuffer(t.in); err != nil {
		return "", gone(err)
	}
	if err := t.write(prompt); err != nil {
		return "", gone(err)
	}
	code, err = t.read(wake)
	_ = t.write("\r\n")
	return code, err
}

// read collects keys until the line is finished or refused.
func (t *tty) read(wake windows.Handle) (string, error) {
	var l line
	for {
		// The lower index wins, so the end of the context goes first.
		event, err := windows.WaitForMultipleObjects([]windows.Handle{wake, t.in}, false, windows.INFINITE)
		switch {
		case err != nil:
			return "", gone(err)
		case event == windows.WAIT_OBJECT_0:
			return "", errEnded
		}
		key, err := t.readKey()
		if err != nil {
			return "", gone(err)
		}
		for _, b := range []byte(key) {
			switch l.feed(b) {
			case finished:
				return l.text(), nil
			case refused:
				return "", declined()
			}
		}
	}
}

// inputRecord is INPUT_RECORD with a KEY_EVENT_RECORD in its union, which is
// the largest member.
type inputRecord struct {
	eventType uint16
	_         uint16
	keyDown   int32
	repeat    uint16
	_         uint16 // virtual key
	_         uint16 // scan code
	char      uint16
	_         uint32 // control keys
}

// readKey takes one event and returns the text of the key, empty for anything
// that is not the press of one that has a character.
func (t *tty) readKey() (string, error) {
	const keyEvent = 1
	var r inputRecord
	var n uint32
	ok, _, err := readConsoleInput.Call(uintptr(t.in), uintptr(unsafe.Pointer(&r)), 1, uintptr(unsafe.Pointer(&n)))
	if ok == 0 {
		return "", err
	}
	if n == 0 || r.eventType != keyEvent || r.keyDown == 0 || r.char == 0 {
		return "", nil
	}
	return string(utf16.Decode([]uint16{r.char})), nil
}

func (t *tty) write(s string) error {
	text := utf16.Encode([]rune(s))
	for len(text) > 0 {
		var n uint32
		if err := windows.WriteConsole(t.out, &text[0], uint32(len(text)), &n, nil); err != nil {
			return err
		}
		text = text[n:]
	}
	return nil
}

func gone(err error) error { return nobody("the console went away: %v", err) }

// wakeUp returns an event that is set when ctx ends.
func wakeUp(ctx context.Context) (event windows.Handle, stop func(), err error) {
	event, err = windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return 0, nil, err
	}
	set := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		_ = windows.SetEvent(event)
		close(set)
	})
	return event, func() {
		if !cancel() {
			<-set
		}
		_ = windows.CloseHandle(event)
	}, nil
}
