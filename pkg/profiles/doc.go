// Package profiles reads the AWS config and credentials files, resolves the
// chain from source credentials to a role, and changes one section of a file
// without touching any other byte of it.
//
// # Reading
//
// Load makes one pass over each file (scan.go): it notes where every section
// begins and ends, and refuses what no AWS tool would load: an unclosed
// bracket, a property before the first section, a line that assigns nothing,
// an empty key. Sections that no AWS tool reads are left alone. Only the sections
// that are asked for are then taken apart line by line (lines.go), where the
// remaining rules of the shared config specification are held to the letter.
//
// The last step, one flat list of keys and values to a map, is ini.v1's: it
// merges duplicate sections and keys, and the credentials file over the config
// file. It is given each value escaped within triple quotes, the one form in
// which it changes nothing; left to read the raw lines, it would cut URLs at
// "#", join lines that end in a backslash, strip quotes and backquotes, and lose
// continuation lines. It never writes.
//
// Of a file above 256 KB only the sections asked for are kept in memory, and the
// file stays open: a [Set] goes on with what was loaded when another takes its
// place. On Windows, where an open file can't be replaced, all of it is kept.
//
// Where AWS tools and the specification differ, xrole does this:
//
//   - An indented line that begins with "#" or ";" is a comment, as botocore,
//     Go and JavaScript read it, not a continuation.
//   - A quoted name, [profile "a b"], is the name without its quotes, blanks
//     included, as the AWS CLI writes and reads it; [a b] in the
//     credentials file belongs to it, and is ignored if there is no such profile.
//   - A "#" after white space ends a value even though botocore keeps it.
//   - A nested block is one string: its lines without their indentation.
//
// # Writing
//
// [Splice] and [Cut] are pure functions of the file's bytes. They refuse,
// rather than guess, where the place of a change is ambiguous, and check
// their result by reading it back; so do [Set.Adopt], [Set.Release] and [Set.Rename],
// which need both files to judge. [Update] makes such a change safe against other
// processes and power cuts.
//
// # Not here
//
// The package calls no AWS service, runs no process, asks nobody and caches
// nothing; it takes the environment and the home folder as arguments.
package profiles
