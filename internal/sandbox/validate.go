package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The patterns of the API reference, as STS prints them in its errors, and
// what it takes for the ARN of a role; they hold for a whole value.
const (
	namePattern       = `[\w+=,.@-]*`
	externalIDPattern = `[\w+=,.@:\/-]*`
	serialPattern     = `[\w+=/:,.@-]*`
	codePattern       = `[\d]*`
	roleARNPattern    = `arn:aws:iam::\d{12}:role/[\x21-\x7e]+`
	tagPattern        = `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`
)

// validator reads form parameters and collects what STS's ValidationError
// would say of them, so that one answer names every problem.
type validator struct {
	form     url.Values
	problems []string
}

// paramRule is what a parameter must satisfy; lengths are in characters.
type paramRule struct {
	required bool
	min, max int
	pattern  string // "" for any
}

// text returns a parameter, "" if it is absent.
func (v *validator) text(name string, rule paramRule) string {
	if !v.form.Has(name) {
		if rule.required {
			v.problems = append(v.problems, fmt.Sprintf(
				"Value null at '%s' failed to satisfy constraint: Member must not be null", member(name)))
		}
		return ""
	}
	value := v.form.Get(name)
	v.check(name, value, rule)
	return value
}

func (v *validator) check(name, value string, rule paramRule) {
	length := utf8.RuneCountInString(value)
	if rule.pattern != "" && !matches(rule.pattern, value) {
		v.fail(name, value, "satisfy regular expression pattern: "+rule.pattern)
	}
	if length < rule.min {
		v.fail(name, value, fmt.Sprintf("have length greater than or equal to %d", rule.min))
	}
	if length > rule.max {
		v.fail(name, value, fmt.Sprintf("have length less than or equal to %d", rule.max))
	}
}

// matches holds a whole value against one of the patterns above.
func matches(pattern, value string) bool {
	return regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString(value)
}

// seconds returns a duration parameter, or otherwise if it is absent.
func (v *validator) seconds(name string, otherwise time.Duration, low, high int) time.Duration {
	if !v.form.Has(name) {
		return otherwise
	}
	text := v.form.Get(name)
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		v.fail(name, text, "be an integer")
	case n < low:
		v.fail(name, text, fmt.Sprintf("have value greater than or equal to %d", low))
	case n > high:
		v.fail(name, text, fmt.Sprintf("have value less than or equal to %d", high))
	}
	return time.Duration(n) * time.Second
}

// mfa returns the two parameters that go together.
func (v *validator) mfa() (serial, code string) {
	serial = v.text("SerialNumber", paramRule{min: 9, max: 256, pattern: serialPattern})
	code = v.text("TokenCode", paramRule{min: 6, max: 6, pattern: codePattern})
	return serial, code
}

// list returns NAME.member.1, NAME.member.2 … with what follows each, up to
// the first number that is missing.
func (v *validator) list(name, suffix string, most int) []string {
	var values []string
	for {
		key := fmt.Sprintf("%s.member.%d%s", name, len(values)+1, suffix)
		if !v.form.Has(key) {
			break
		}
		values = append(values, v.form.Get(key))
	}
	if len(values) > most {
		v.fail(name, "["+strings.Join(values, ", ")+"]", fmt.Sprintf("have length less than or equal to %d", most))
	}
	return values
}

func (v *validator) fail(name, value, must string) {
	v.problems = append(v.problems, fmt.Sprintf(
		"Value '%s' at '%s' failed to satisfy constraint: Member must %s", value, member(name), must))
}

// refusal is the ValidationError, nil if all is well.
func (v *validator) refusal() *refusal {
	if len(v.problems) == 0 {
		return nil
	}
	noun := "errors"
	if len(v.problems) == 1 {
		noun = "error"
	}
	return refuse(http.StatusBadRequest, "ValidationError",
		fmt.Sprintf("%d validation %s detected: %s", len(v.problems), noun, strings.Join(v.problems, "; ")))
}

// member is a parameter's name in an error: roleArn for RoleArn.
func member(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// assumeRoleInput is a well-formed AssumeRole.
type assumeRoleInput struct {
	roleARN, sessionName       string
	duration                   time.Duration
	serial, code               string
	externalID, sourceIdentity string
	tags                       map[string]string
	transitive                 []string
	policy                     string // inline session policy
	policyARNs                 []string
}

// readAssumeRole reads the parameters of AssumeRole and refuses those that the
// API reference forbids.
func readAssumeRole(form url.Values) (assumeRoleInput, *refusal) {
	v := &validator{form: form}
	in := assumeRoleInput{
		roleARN:        v.text("RoleArn", paramRule{required: true, min: 20, max: 2048}),
		sessionName:    v.text("RoleSessionName", paramRule{required: true, min: 2, max: 64, pattern: namePattern}),
		duration:       v.seconds("DurationSeconds", time.Hour, 900, 43200),
		externalID:     v.text("ExternalId", paramRule{min: 2, max: 1224, pattern: externalIDPattern}),
		sourceIdentity: v.text("SourceIdentity", paramRule{min: 2, max: 64, pattern: namePattern}),
		policy:         v.text("Policy", paramRule{min: 1, max: 2048}),
		policyARNs:     v.list("PolicyArns", ".arn", 10),
		transitive:     v.list("TransitiveTagKeys", "", 50),
		tags:           map[string]string{},
	}
	in.serial, in.code = v.mfa()
	keys := v.list("Tags", ".Key", 50)
	for i, key := range keys {
		value := form.Get(fmt.Sprintf("Tags.member.%d.Value", i+1))
		v.check(fmt.Sprintf("Tags.%d.member.key", i+1), key, paramRule{min: 1, max: 128, pattern: tagPattern})
		v.check(fmt.Sprintf("Tags.%d.member.value", i+1), value, paramRule{max: 256, pattern: tagPattern})
		in.tags[key] = value
	}
	for _, arn := range in.policyARNs {
		v.check("PolicyArns", arn, paramRule{min: 20, max: 2048})
	}
	if refused := v.refusal(); refused != nil {
		return in, refused
	}
	if !matches(roleARNPattern, in.roleARN) {
		return in, refuse(http.StatusBadRequest, "ValidationError", "Request ARN is invalid")
	}
	return in, checkTagKeys(keys, in.transitive)
}

// checkTagKeys holds keys, which are compared without regard to case, against
// each other.
func checkTagKeys(keys, transitive []string) *refusal {
	invalid := func(message string) *refusal {
		return refuse(http.StatusBadRequest, "InvalidParameterValue", message)
	}
	var seen []string
	for _, key := range keys {
		folded := strings.ToLower(key)
		if slices.Contains(seen, folded) {
			return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if strings.HasPrefix(folded, "aws:") {
			return invalid("Tag keys that begin with aws: are reserved.")
		}
		seen = append(seen, folded)
	}
	for _, key := range transitive {
		if !slices.Contains(seen, strings.ToLower(key)) {
			return invalid("The specified transitive tag key must be included in the requested tags.")
		}
	}
	return nil
}
