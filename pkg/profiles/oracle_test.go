package profiles

import (
	"regexp"
	"strings"
)

// The oracle reads a file a second time, by other means than the package: a
// line at a time, with regular expressions. It shares no code with what it
// judges. It need not read everything: of a file with odd quotes in its headers, or a
// line that begins with one of the rarer blanks, it has no opinion.

// oracleLine is one line and the section that it stands in.
type oracleLine struct {
	text    string // line end included
	section string // "profile x", "default", "x" for [x]; "" above the first
	header  bool
	key     string // the property that it is of, "" for a blank or a comment
	name    string // the key as it is spelled, on the property's first line
	comment string // what stands behind its value
}

// oracle is what a file holds.
type oracle struct {
	lines    []oracleLine
	sections map[string]map[string]string
	count    map[string]int // how many sections have the name
	twice    map[string]bool
	// legal is false if the specification refuses the file, plain if the oracle
	// has no opinion.
	legal, plain bool
	bom          bool
}

var (
	oracleTyped   = regexp.MustCompile(`^\[[ \t\v\f\r]*(profile|sso-session|services)[ \t][ \t\v\f\r]*(?:"([^"'\]]{1,})"|'([^"'\]]{1,})'|([\w\-/.%@:+]+))[ \t\v\f\r]*\][ \t\v\f\r]*(?:[#;].*)?$`)
	oracleHeader  = regexp.MustCompile(`^\[[ \t\v\f\r]*([^\]#;"']*?)[ \t\v\f\r]*\][ \t\v\f\r]*(?:[#;].*)?$`)
	oracleName    = regexp.MustCompile(`^[\w\-/.%@:+]+$`)
	oracleComment = regexp.MustCompile(`[ \t\v\f\r]+[#;].*$`)
)

const oracleBlanks = " \t\v\f\r\n"

func readOracle(file string, credentials bool) oracle {
	o := oracle{sections: map[string]map[string]string{}, count: map[string]int{}, twice: map[string]bool{}, legal: true, plain: true}
	section, key, known := "", "", false
	file, o.bom = strings.CutPrefix(file, "\ufeff")
	for text := range strings.Lines(file) {
		body := strings.TrimSuffix(text, "\n")
		trimmed := strings.Trim(body, oracleBlanks)
		line := oracleLine{text: text, section: section}
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case body[0] == '[':
			section, known = o.header(body, credentials)
			key, line.section, line.header = "", section, true
		case section != "" && !known: // another tool's section
		case body[0] == ' ' || body[0] == '\t':
			o.legal = o.legal && key != ""
			line.key = key
			o.continued(section, key, trimmed)
		default:
			o.plain = o.plain && !strings.ContainsRune(oracleBlanks, rune(body[0]))
			line.name, line.comment = o.property(section, body)
			key = strings.ToLower(line.name)
			line.key = key
		}
		o.lines = append(o.lines, line)
	}
	return o
}

// header returns what the section is called, and whether its lines are read.
func (o *oracle) header(body string, credentials bool) (name string, known bool) {
	m := oracleHeader.FindStringSubmatch(body)
	typed := oracleTyped.FindStringSubmatch(body)
	switch {
	case m == nil && typed == nil:
		// Quotes that are not in pairs are beyond the oracle.
		o.plain = o.plain && !strings.ContainsAny(body, `"'`)
		o.legal = false
		return "[bad]", false
	case credentials:
		if m == nil { // quotes in the credentials file
			o.plain = false
			return "[odd]", false
		}
		// [a b] is a profile's if the config file has it in quotes.
		name, known = m[1], oracleName.MatchString(m[1]) || strings.ContainsAny(m[1], " \t")
	case typed != nil:
		name, known = typed[1]+" "+typed[2]+typed[3]+typed[4], true
	default:
		name, known = "["+m[1]+"]", m[1] == "default"
	}
	if !known {
		return "other " + name, false
	}
	o.count[name]++
	if o.sections[name] == nil {
		o.sections[name] = map[string]string{}
	}
	return name, true
}

// property reads `key = value # comment`.
func (o *oracle) property(section, body string) (name, comment string) {
	name, value, found := strings.Cut(body, "=")
	name = strings.Trim(name, oracleBlanks)
	if section == "" || !found || name == "" {
		o.legal = false
		return "", ""
	}
	comment = oracleComment.FindString(value)
	value = strings.Trim(strings.TrimSuffix(value, comment), oracleBlanks)
	if !oracleName.MatchString(name) {
		return name, comment
	}
	key := strings.ToLower(name)
	if _, again := o.sections[section][key]; again {
		o.twice[section+"\n"+key] = true
	}
	o.sections[section][key] = value
	return name, comment
}

// continued appends a line to the property above it.
func (o *oracle) continued(section, key, line string) {
	value, valid := o.sections[section][key]
	if !valid {
		return
	}
	if first, _, _ := strings.Cut(value, "\n"); first == "" {
		name, _, found := strings.Cut(line, "=")
		o.legal = o.legal && found && strings.Trim(name, oracleBlanks) != ""
	}
	o.sections[section][key] = value + "\n" + line
}

// called is the oracle's name of a section that an edit means.
func (o *oracle) called(h Header) string {
	switch {
	case h.Type == "":
		return h.Name
	case h == ProfileHeader("default") && o.count["profile default"] == 0:
		return "[default]"
	}
	return h.Type + " " + h.Name
}
