package profiles

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/xrole/xrole/internal/fault"
)

// The limits of the STS API reference (AssumeRole, GetSessionToken). The SDK
// checks none of them, and an MFA code is used up by a call that STS refuses,
// so whatever STS would refuse for its form is refused before the call. Each
// function returns nil or a [fault.Error] of kind Usage; chain resolution turns
// it into one of kind Config that names profile, key, file and line.

// The durations that STS accepts.
const (
	MinDuration        = 15 * time.Minute
	MaxRoleDuration    = 12 * time.Hour
	MaxChainedDuration = time.Hour // a role assumed with a session's credentials
	MaxMFADuration     = 36 * time.Hour
	DefaultDuration    = time.Hour
	DefaultMFADuration = 8 * time.Hour
)

// The numbers that STS accepts.
const (
	MaxTags         = 50
	MaxPolicyARNs   = 10
	MaxPolicyLength = 2048 // characters, inline policy and policy ARNs together
)

// ascii holds for min to max bytes of letters, digits, "_" and extra: what the API
// reference writes as [\w…]. No regular expressions: they would be compiled at
// the start of every process.
func ascii(value string, least, most int, extra string) bool {
	if len(value) < least || len(value) > most {
		return false
	}
	for i := range len(value) {
		c := value[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || strings.IndexByte(extra, c) >= 0) {
			return false
		}
	}
	return true
}

// tagText holds for up to most characters of [\p{L}\p{Z}\p{N}_.:/=+\-@].
func tagText(value string, most int) bool {
	for _, r := range value {
		if !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r) {
			return false
		}
	}
	return utf8.ValidString(value) && utf8.RuneCountInString(value) <= most
}

// iamARN holds for arn:PARTITION:iam::ACCOUNT:KIND/PATH/NAME with a name of at
// most that many characters, the path being printable ASCII.
func iamARN(value, kind string, most int, awsOwned bool) bool {
	part := strings.SplitN(value, ":", 6)
	if len(value) > 2048 || len(part) != 6 || part[0] != "arn" || part[2] != "iam" || part[3] != "" {
		return false
	}
	if part[1] != "aws" && !(strings.HasPrefix(part[1], "aws-") && ascii(part[1], 5, 63, "-")) {
		return false
	}
	if !account(part[4]) && !(awsOwned && part[4] == "aws") {
		return false
	}
	path, found := strings.CutPrefix(part[5], kind)
	if !found || !strings.HasPrefix(path, "/") {
		return false
	}
	slash := strings.LastIndexByte(path, '/')
	for _, c := range []byte(path[:slash+1]) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return slash < 512 && ascii(path[slash+1:], 1, most, "+=,.@-")
}

func account(value string) bool {
	return len(value) == 12 && strings.Trim(value, "0123456789") == ""
}

func invalid(format string, args ...any) error { return fault.New(fault.Usage, format, args...) }

// ProfileName accepts the names that the shared config specification allows
// without quotes: letters, digits and _-/.%@:+.
func ProfileName(name string) error {
	if !validName([]byte(name)) || strings.HasPrefix(name, "-") {
		return invalid("%q is not a profile name: letters, digits and _-/.%%@:+ only, and no dash in front", name)
	}
	return nil
}

// RoleARN accepts the ARN of an IAM role in any partition.
func RoleARN(value string) error {
	if !iamARN(value, "role", 64, false) {
		return invalid("%q is not the ARN of a role, such as arn:aws:iam::111111111111:role/NAME", value)
	}
	return nil
}

// MFASerial accepts the ARN of a virtual device or the serial number of a
// hardware one: 9 to 256 characters.
func MFASerial(value string) error {
	if !ascii(value, 9, 256, "+=/:,.@-") {
		return invalid("%q is not an MFA serial number: 9 to 256 letters, digits and _+=/:,.@-, such as arn:aws:iam::222222222222:mfa/NAME", value)
	}
	return nil
}

// ExternalID accepts 2 to 1,224 characters.
func ExternalID(value string) error {
	if !ascii(value, 2, 1224, "+=,.@:/-") {
		return invalid("%q is not an external ID: 2 to 1224 letters, digits and _+=,.@:/-", value)
	}
	return nil
}

// SessionName accepts 2 to 64 characters.
func SessionName(value string) error {
	if !ascii(value, 2, 64, "+=,.@-") {
		return invalid("%q is not a role session name: 2 to 64 letters, digits and _+=,.@-", value)
	}
	return nil
}

// SourceIdentity accepts what [SessionName] does, but not the reserved prefix
// aws:, which STS compares without case.
func SourceIdentity(value string) error {
	if len(value) >= 4 && strings.EqualFold(value[:4], "aws:") {
		return invalid("%q is not a source identity: the prefix aws: is reserved", value)
	}
	if !ascii(value, 2, 64, "+=,.@-") {
		return invalid("%q is not a source identity: 2 to 64 letters, digits and _+=,.@-", value)
	}
	return nil
}

// Region accepts the form of a region name: one label of a host name.
func Region(value string) error {
	if !ascii(value, 1, 63, "-") || strings.ContainsRune(value, '_') || value[0] == '-' || value[len(value)-1] == '-' {
		return invalid("%q is not a region, such as eu-central-1", value)
	}
	return nil
}

// Duration accepts what AssumeRole does: 900 to 43,200 whole seconds.
func Duration(d time.Duration) error {
	if d < MinDuration || d > MaxRoleDuration || d%time.Second != 0 {
		return invalid("%s is not a session duration: 15 minutes to 12 hours, in whole seconds", d)
	}
	return nil
}

// MFADuration accepts what GetSessionToken does, 900 to 129,600 whole
// seconds, and 0 for no MFA session.
func MFADuration(d time.Duration) error {
	if d != 0 && (d < MinDuration || d > MaxMFADuration || d%time.Second != 0) {
		return invalid("%s is not the duration of an MFA session: 15 minutes to 36 hours, in whole seconds, or 0 for none", d)
	}
	return nil
}

// Tags accepts at most 50 session tags: keys of 1 to 128 characters, equal to no
// other but for case and without the reserved prefix aws:; values of up to 256.
func Tags(tags []Tag) error {
	if len(tags) > MaxTags {
		return invalid("%d session tags: at most %d", len(tags), MaxTags)
	}
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		if err := tagKey(t.Key); err != nil {
			return err
		}
		if !tagText(t.Value, 256) {
			return invalid("the value %q of session tag %q is not valid: up to 256 letters, digits, blanks and _.:/=+-@", t.Value, t.Key)
		}
		lower := strings.ToLower(t.Key)
		if seen[lower] {
			return invalid("session tag %q is given twice (keys differ in more than case)", t.Key)
		}
		seen[lower] = true
	}
	return nil
}

func tagKey(key string) error {
	if key == "" || !tagText(key, 128) || len(key) >= 4 && strings.EqualFold(key[:4], "aws:") {
		return invalid("%q is not the key of a session tag: 1 to 128 letters, digits, blanks and _.:/=+-@, not beginning aws:", key)
	}
	return nil
}

// TransitiveKeys accepts keys of the given tags, each once: STS refuses one
// that is not among the session's tags.
func TransitiveKeys(keys []string, tags []Tag) error {
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		if err := tagKey(key); err != nil {
			return err
		}
		known := false
		for _, t := range tags {
			known = known || strings.EqualFold(t.Key, key)
		}
		if !known {
			return invalid("transitive tag key %q is not among the session tags", key)
		}
		lower := strings.ToLower(key)
		if seen[lower] {
			return invalid("transitive tag key %q is given twice", key)
		}
		seen[lower] = true
	}
	return nil
}

// PolicyARNs accepts at most ten ARNs of managed policies, together at most
// 2,048 characters.
func PolicyARNs(arns []string) error {
	if len(arns) > MaxPolicyARNs {
		return invalid("%d session policy ARNs: at most %d", len(arns), MaxPolicyARNs)
	}
	length := 0
	for _, arn := range arns {
		if !iamARN(arn, "policy", 128, true) {
			return invalid("%q is not the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess", arn)
		}
		length += len(arn)
	}
	if length > MaxPolicyLength {
		return invalid("session policy ARNs of %d characters: at most %d", length, MaxPolicyLength)
	}
	return nil
}
