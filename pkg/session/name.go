package session

import "strings"

// The length of a role session name (STS API reference, AssumeRole,
// RoleSessionName: 2 to 64 of [\w+=,.@-]).
const (
	minName = 2
	maxName = 64
)

// DefaultName is the role session name where a profile sets none: who is
// calling from which machine, made legal. It stays the same from call to call,
// so that CloudTrail shows a person's sessions under one name.
func DefaultName(user, host string) string {
	host, _, _ = strings.Cut(host, ".")
	user = user[strings.LastIndexByte(user, '\\')+1:] // Windows: DOMAIN\user
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("_+=,.@-", r)) {
			return r
		}
		return '-'
	}, user+"@"+host)
	name = strings.Trim(name, "@")
	if len(name) < minName {
		return "xrole"
	}
	return name[:min(len(name), maxName)]
}
