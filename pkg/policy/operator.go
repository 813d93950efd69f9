package policy

import "strings"

// Operator is the name of a condition operator as the document spells it, with
// its set operator and its IfExists: "ForAllValues:StringLikeIfExists".
type Operator string

// operatorSpec is what an operator's name means.
type operatorSpec struct {
	forAll, forAny bool // multivalued keys: every value, at least one value
	ifExists       bool
	negated        bool
	family         *family
	phrase         phrase
}

// family is a kind of comparison, before negation.
type family struct {
	// match compares a value of the call with a value of the policy.
	match func(have, want string, vars lookup) bool
	valid func(want string) bool
	// variables is true if policy variables work in its values.
	variables bool
	// bare is true if its values read well without quotes.
	bare bool
}

// phrase says what an operator asks of a key, for one value and for several.
type phrase struct{ one, many string }

var (
	sayIs         = phrase{"is", "is one of"}
	sayIsNot      = phrase{"is not", "is none of"}
	sayMatches    = phrase{"matches", "matches one of"}
	sayMatchesNot = phrase{"does not match", "matches none of"}
	sayIsIn       = phrase{"is in", "is in one of"}
	sayIsNotIn    = phrase{"is not in", "is in none of"}
	sayLess       = phrase{"is less than", "is less than one of"}
	sayAtMost     = phrase{"is at most", "is at most one of"}
	sayGreater    = phrase{"is greater than", "is greater than one of"}
	sayAtLeast    = phrase{"is at least", "is at least one of"}
	sayBefore     = phrase{"is before", "is before one of"}
	sayNotAfter   = phrase{"is not after", "is not after one of"}
	sayAfter      = phrase{"is after", "is after one of"}
	sayNotBefore  = phrase{"is not before", "is not before one of"}
)

// The kinds of comparison of "IAM JSON policy elements: Condition operators".
var (
	stringEquals = &family{match: equalStrings, valid: anything, variables: true}
	stringFold   = &family{match: equalFold, valid: anything, variables: true}
	stringLike   = &family{match: likeStrings, valid: anything, variables: true}
	arnLike      = &family{match: likeARNs, valid: anything, variables: true}
	boolean      = &family{match: equalFold, valid: isBool, variables: true, bare: true}
	binary       = &family{match: equalBytes, valid: isBase64}
	ipAddress    = &family{match: inNetwork, valid: isNetwork}
	null         = &family{valid: isBool}
)

// operators are the names in lower case: policies in use spell Bool as bool,
// and reading fewer documents than AWS keeps would help nobody.
var operators = map[string]operatorSpec{
	"stringequals":              {family: stringEquals, phrase: sayIs},
	"stringnotequals":           {family: stringEquals, phrase: sayIsNot, negated: true},
	"stringequalsignorecase":    {family: stringFold, phrase: sayIs},
	"stringnotequalsignorecase": {family: stringFold, phrase: sayIsNot, negated: true},
	"stringlike":                {family: stringLike, phrase: sayMatches},
	"stringnotlike":             {family: stringLike, phrase: sayMatchesNot, negated: true},
	"numericequals":             {family: numeric(func(c int) bool { return c == 0 }), phrase: sayIs},
	"numericnotequals":          {family: numeric(func(c int) bool { return c == 0 }), phrase: sayIsNot, negated: true},
	"numericlessthan":           {family: numeric(func(c int) bool { return c < 0 }), phrase: sayLess},
	"numericlessthanequals":     {family: numeric(func(c int) bool { return c <= 0 }), phrase: sayAtMost},
	"numericgreaterthan":        {family: numeric(func(c int) bool { return c > 0 }), phrase: sayGreater},
	"numericgreaterthanequals":  {family: numeric(func(c int) bool { return c >= 0 }), phrase: sayAtLeast},
	"dateequals":                {family: date(func(c int) bool { return c == 0 }), phrase: sayIs},
	"datenotequals":             {family: date(func(c int) bool { return c == 0 }), phrase: sayIsNot, negated: true},
	"datelessthan":              {family: date(func(c int) bool { return c < 0 }), phrase: sayBefore},
	"datelessthanequals":        {family: date(func(c int) bool { return c <= 0 }), phrase: sayNotAfter},
	"dategreaterthan":           {family: date(func(c int) bool { return c > 0 }), phrase: sayAfter},
	"dategreaterthanequals":     {family: date(func(c int) bool { return c >= 0 }), phrase: sayNotBefore},
	"bool":                      {family: boolean, phrase: sayIs},
	"binaryequals":              {family: binary, phrase: sayIs},
	"ipaddress":                 {family: ipAddress, phrase: sayIsIn},
	"notipaddress":              {family: ipAddress, phrase: sayIsNotIn, negated: true},
	"arnequals":                 {family: arnLike, phrase: sayMatches},
	"arnlike":                   {family: arnLike, phrase: sayMatches},
	"arnnotequals":              {family: arnLike, phrase: sayMatchesNot, negated: true},
	"arnnotlike":                {family: arnLike, phrase: sayMatchesNot, negated: true},
	"null":                      {family: null},
}

// spec takes an operator's name apart; ok is false if there is no such
// operator. Null takes neither IfExists nor a set operator.
func (o Operator) spec() (op operatorSpec, ok bool) {
	name := strings.ToLower(string(o))
	name, forAll := strings.CutPrefix(name, "forallvalues:")
	name, forAny := strings.CutPrefix(name, "foranyvalue:")
	name, ifExists := strings.CutSuffix(name, "ifexists")
	op, ok = operators[name]
	if !ok || forAll && forAny || op.family == null && (forAll || forAny || ifExists) {
		return operatorSpec{}, false
	}
	op.forAll, op.forAny, op.ifExists = forAll, forAny, ifExists
	return op, true
}
