package profiles

import (
	"sort"
	"strings"
)

// xrole_session_tags, xrole_transitive_tag_keys and xrole_policy_arns are
// lists separated by commas, with blanks around an item ignored. Within an item a
// backslash makes the next character ordinary: `\,` is a comma, `\\` a
// backslash, and `\ ` keeps a blank at the beginning or end of an item. A
// tag is `key=value`; the first `=` that no backslash precedes separates them.

// EncodeTags writes tags for xrole_session_tags, sorted by key.
func EncodeTags(tags []Tag) string {
	items := make([]string, len(tags))
	for i, t := range sortTags(tags) {
		items[i] = encodeItem(t.Key, true) + "=" + encodeItem(t.Value, false)
	}
	return strings.Join(items, ", ")
}

// DecodeTags reads xrole_session_tags and checks them with [Tags]; they come back
// sorted by key.
func DecodeTags(value string) ([]Tag, error) {
	var tags []Tag
	for _, item := range splitList(value) {
		key, val, found := cutItem(item, '=')
		if !found {
			return nil, invalid("session tag %q is not key=value", item)
		}
		tags = append(tags, Tag{Key: decodeItem(key), Value: decodeItem(trimItem(val))})
	}
	if err := Tags(tags); err != nil {
		return nil, err
	}
	return sortTags(tags), nil
}

// EncodeList writes a list for xrole_transitive_tag_keys or xrole_policy_arns.
func EncodeList(items []string) string {
	encoded := make([]string, len(items))
	for i, item := range items {
		encoded[i] = encodeItem(item, false)
	}
	return strings.Join(encoded, ", ")
}

// DecodeList reads what [EncodeList] wrote.
func DecodeList(value string) []string {
	items := splitList(value)
	for i, item := range items {
		items[i] = decodeItem(item)
	}
	return items
}

func sortTags(tags []Tag) []Tag {
	sorted := append([]Tag(nil), tags...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Key < sorted[j].Key })
	return sorted
}

func encodeItem(item string, key bool) string {
	var b strings.Builder
	for i := range len(item) {
		c := item[i]
		edge := i == 0 || i == len(item)-1
		if c == ',' || c == '\\' || key && c == '=' || (c == ' ' || c == '\t') && edge {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

func decodeItem(item string) string {
	var b strings.Builder
	for i := 0; i < len(item); i++ {
		if item[i] == '\\' && i+1 < len(item) {
			i++
		}
		b.WriteByte(item[i])
	}
	return b.String()
}

// splitList splits at commas; an empty value is an empty list.
func splitList(value string) []string {
	if trimItem(value) == "" {
		return nil
	}
	var items []string
	for more := true; more; {
		var item string
		item, value, more = cutItem(value, ',')
		items = append(items, item)
	}
	return items
}

// cutItem cuts at the first separator that no backslash precedes; the parts
// are trimmed and still encoded.
func cutItem(value string, separator byte) (before, after string, found bool) {
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case separator:
			return trimItem(value[:i]), value[i+1:], true
		}
	}
	return trimItem(value), "", false
}

// trimItem removes blanks from both ends, but not one after a backslash.
func trimItem(item string) string {
	item = strings.TrimLeft(item, " \t\n")
	trimmed := strings.TrimRight(item, " \t\n")
	if len(trimmed) < len(item) && (len(trimmed)-len(strings.TrimRight(trimmed, `\`)))%2 == 1 {
		trimmed = item[:len(trimmed)+1]
	}
	return trimmed
}
