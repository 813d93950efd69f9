// Package cache keeps sessions in the keyring of the operating system, and
// lets the processes of one user agree on who gets a new one.
//
// It promises:
//
//   - Secrets go to the keyring and nowhere else. Notes and locks hold none,
//     and neither does the text of any error.
//   - A keyring that is locked, hangs or fails is an error that says so. Only
//     what is really not there is [ErrMissing], because a caller answers a
//     missing session by asking a person for a code.
//   - No call waits longer than its deadline: five seconds for a keyring that
//     should answer, 45 for a person who has a dialog to unlock it.
//   - One backend is chosen, explicitly; it never falls through to a weaker
//     one because the chosen one failed. See docs/keyring.md for the choice.
//
// It does not decide when a session is renewed, nor who is asked for a code
// (package session), and it judges no entry by anything but its time and key.
package cache
