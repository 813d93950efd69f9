// Package team is the text in which a team shares its role profiles, and what
// an import of it changes in a person's config file.
//
// # The promise
//
// The text is the syntax of the AWS config file, held to a short list of keys
// (docs/team.md): who reads it in a review sees all that it can do. What is not
// on the list is refused by name, and so is all that would run a
// command, redirect a call, hold a secret, or say who somebody is. A file is taken
// whole or not at all.
//
// An import changes the sections that came from the same team before, and adds
// new ones; every other byte of the config file stays. Within such a section
// the team decides the keys that its file names or that an import has
// set, and the person all others. Each section remembers in xrole_import
// where it came from, so the same import twice changes nothing, and a
// profile that the team takes back goes away, whatever its local name is by now.
//
// # Not here
//
// The package is pure functions of bytes: it opens no file, fetches nothing,
// asks nobody. Whether the result resolves is for [profiles.Set.Chain] to say.
package team
