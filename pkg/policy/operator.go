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
	is         = phrase{"is", "is one of"}
	isNot      = phrase{"is not", "is none of"}
	matches    = phrase{"matches", "matches one of"}
	matchesNot = phrase{"does not match", "matches none of"}
	isIn       = phrase{"is in", "is in one of"}
	isNotIn    = phrase{"is not in", "is in none of"}
	less       = phrase{"is less than", "is less than one of"}
	atMost     = phrase{"is at most", "is at most one of"}
	greater    = phrase{"is greater than", "is greater than one of"}
	atLeast    = phrase{"is at least", "is at least one of"}
	before     = phrase{"is before", "is before one of"}
	notAfter   = phrase{"is not after", "is not after one of"}
	after      = phrase{"is after", "is after one of"}
	notBefore  = phrase{"is not before", "is not before one of"}
	isNull     = phrase{"is null", "is null"}
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

// operators are the names in lower case: IAM does not look at the case.
var operators = map[string]operatorSpec{
	"stringequals":              {family: stringEquals, phrase: is},
	"stringnotequals":           {family: stringEquals, phrase: isNot, negated: true},
	"stringequalsignorecase":    {family: stringFold, phrase: is},
	"stringnotequalsignorecase": {family: stringFold, phrase: isNot, negated: true},
	"stringlike":                {family: stringLike, phrase: matches},
	"stringnotlike":             {family: stringLike, phrase: matchesNot, negated: true},
	"numericequals":             {family: numeric(func(c int) bool { return c == 0 }), phrase: is},
	"numericnotequals":          {family: numeric(func(c int) bool { return c == 0 }), phrase: isNot, negated: true},
	"numericlessthan":           {family: numeric(func(c int) bool { return c < 0 }), phrase: less},
	"numericlessthanequals":     {family: numeric(func(c int) bool { return c <= 0 }), phrase: atMost},
	"numericgreaterthan":        {family: numeric(func(c int) bool { return c > 0 }), phrase: greater},
	"numericgreaterthanequals":  {family: numeric(func(c int) bool { return c >= 0 }), phrase: atLeast},
	"dateequals":                {family: date(func(c int) bool { return c == 0 }), phrase: is},
	"datenotequals":             {family: date(func(c int) bool { return c == 0 }), phrase: isNot, negated: true},
	"datelessthan":              {family: date(func(c int) bool { return c < 0 }), phrase: before},
	"datelessthanequals":        {family: date(func(c int) bool { return c <= 0 }), phrase: notAfter},
	"dategreaterthan":           {family: date(func(c int) bool { return c > 0 }), phrase: after},
	"dategreaterthanequals":     {family: date(func(c int) bool { return c >= 0 }), phrase: notBefore},
	"bool":                      {family: boolean, phrase: is},
	"binaryequals":              {family: binary, phrase: is},
	"ipaddress":                 {family: ipAddress, phrase: isIn},
	"notipaddress":              {family: ipAddress, phrase: isNotIn, negated: true},
	"arnequals":                 {family: arnLike, phrase: matches},
	"arnlike":                   {family: arnLike, phrase: matches},
	"arnnotequals":              {family: arnLike, phrase: matchesNot, negated: true},
	"arnnotlike":                {family: arnLike, phrase: matchesNot, negated: true},
	"null":                      {family: null, phrase: isNull},
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
