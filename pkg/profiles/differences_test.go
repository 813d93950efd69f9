package profiles

import "strings"

// difference is a rule of the file format, and who reads it how.
type difference struct {
	rule string
	contents
	// profile is what is looked at, "x" unless said otherwise. It may be
	// "sso-session x".
	profile string
	// What the specification, botocore and xrole make of it, as [shown] or
	// "refused"; specification "silent" where it says nothing. xrole is left
	// empty where all agree.
	specification, botocore, xrole string
	// why xrole goes its way, where not all go the same.
	why string
}

func inConfig(text string) contents { return contents{Config: []byte(text)} }

func inCredentials(text string) contents { return contents{Credentials: []byte(text)} }

func inBoth(config, credentials string) contents {
	return contents{[]byte(config), []byte(credentials)}
}

const refused = "refused"

var differences = []difference{
	{"a section twice", inConfig("[profile x]\na = 1\n[profile x]\nb = 2"), "", `a = "1", b = "2"`, refused, `a = "1", b = "2"`,
		"The specification; xrole warns that the AWS CLI refuses the whole file."},
	{"a key twice", inConfig("[profile x]\na = 1\na = 2"), "", `a = "2"`, refused, `a = "2"`,
		"As above. A key that stands twice is not edited: xrole asks for one of the lines to be removed."},
	{"a key in two cases", inConfig("[profile x]\nA = 1\na = 2"), "", `a = "2"`, refused, `a = "2"`, "As above."},
	{"upper-case keys", inConfig("[profile x]\nREGION = Y"), "", `region = "Y"`, `region = "Y"`, "", ""},
	{"a quoted name", inConfig("[profile \"x y\"]\na = 1"), "x y", "no profile", `a = "1"`, `a = "1"`,
		"`aws configure` writes names with blanks like this, and the profile works there."},
	{"needless quotes", inConfig("[profile 'x']\na = 1"), "", "no profile", `a = "1"`, `a = "1"`, "As above."},
	{"a bracket in quotes", inConfig("[profile \"x]\"]\na = 1"), "x]", "no profile", `a = "1"`, `a = "1"`, "As above."},
	{"a name with blanks in credentials", inBoth("[profile \"x y\"]\na = 1", "[x y]\nb = 2"), "x y", "no profile", `a = "1", b = "2"`, `a = "1", b = "2"`,
		"`aws configure` writes its keys there. Without the quoted profile in the config file it is ignored."},
	{"a name with other characters", inConfig("[profile x!]\na = 1"), "x!", "no profile", `a = "1"`, "no profile",
		"Only the AWS CLI and boto3 could use it. Quotes around it make it a profile for xrole as well."},
	{"three words in a header", inConfig("[profile x y]\na = 1"), "x", "no profile", "no profile", "", ""},
	{"a tab after the type", inConfig("[profile\tx]\na = 1"), "", `a = "1"`, `a = "1"`, "", ""},
	{"blanks around the name", inConfig("[profile \t x ]\na = 1"), "", `a = "1"`, `a = "1"`, "", ""},
	{"blanks around the type", inConfig("[  profile x]\na = 1"), "", `a = "1"`, "no profile", `a = "1"`, "The specification."},
	{"blanks around a name in credentials", inCredentials("[ x ]\na = 1"), "", `a = "1"`, "no profile", `a = "1"`, "The specification."},
	{"no blank after the type", inConfig("[profilex]\na = 1"), "", "no profile", "no profile", "", ""},
	{"no type", inConfig("[x]\na = 1"), "", "no profile", "no profile", "", ""},
	{"[profile x] in credentials", inCredentials("[profile x]\na = 1"), "", "no profile", "no profile", "", ""},
	{"a comment after a header", inConfig("[profile x] # c\na = 1"), "", `a = "1"`, `a = "1"`, "", ""},
	{"a bracket in that comment", inConfig("[profile x] # [c]\na = 1"), "", `a = "1"`, "no profile", `a = "1"`, "The specification: the first bracket ends the name."},
	{"other text after a header", inConfig("[profile x] y\na = 1"), "", refused, `a = "1"`, refused, "The specification: it may be a property on the wrong line."},
	{"an unclosed header", inConfig("[profile x\na = 1"), "", refused, refused, "", ""},
	{"[default] after [profile default]", inConfig("[profile default]\na = 1\n[default]\nb = 2"), "default", `a = "1"`, `b = "2"`, `a = "1"`,
		"The specification; xrole warns that the other one is ignored."},
	{"[default] before [profile default]", inConfig("[default]\nb = 2\n[profile default]\na = 1"), "default", `a = "1"`, `a = "1"`, "", ""},
	{"[DEFAULT]", inConfig("[DEFAULT]\na = 1\n[profile x]\nb = 2"), "", `b = "2"`, `a = "1", b = "2"`, `b = "2"`,
		"The specification: nothing is handed down. In botocore it is a left-over of Python's own format."},
	{"an sso-session", inConfig("[sso-session x]\na = 1"), "sso-session x", `a = "1"`, `a = "1"`, "", ""},
	{"an sso-session is no profile", inConfig("[sso-session x]\na = 1"), "", "no profile", "no profile", "", ""},
	{"a services section", inConfig("[services x]\nsts =\n  endpoint_url = u"), "services x", `sts = "endpoint_url = u"`, `sts = "endpoint_url = u"`, "", ""},
	{"another tool's section", inConfig("[plugins]\nfree text\n[profile x]\na = 1"), "", refused, refused, `a = "1"`,
		"It is not xrole's to judge; and what is not read can't be misread."},

	{"a byte order mark", inConfig("\ufeff[profile x]\na = 1"), "", "silent", refused, `a = "1"`, "Windows editors write it, and what follows is plain to see; xrole keeps it, and warns."},
	{"CRLF", inConfig("[profile x]\r\na = 1\r\nb =\r\n  c = 2\r\n"), "", `a = "1", b = "c = 2"`, `a = "1", b = "c = 2"`, "", ""},
	{"a carriage return within a line", inConfig("[profile x]\na = 1\rb = 2"), "", "silent", `a = "1", b = "2"`, `a = "1\rb = 2"`, "As the Go SDK reads it. xrole never writes one."},
	{"bytes that are not UTF-8", inConfig("[profile x]\na = 1\n# \xff"), "", "silent", refused, `a = "1"`, "An old editor's umlaut in a comment is no reason to stop; its bytes stay as they are."},
	{"a property outside of a section", inConfig("a = 1\n[profile x]"), "", refused, refused, "", ""},
	{"a colon for the equals sign", inConfig("[profile x]\na : 1"), "", refused, `a = "1"`, refused, "The specification; other profiles of the file still work."},
	{"no equals sign", inConfig("[profile x]\na"), "", refused, refused, "", ""},
	{"an empty key", inConfig("[profile x]\n= 1"), "", refused, refused, "", ""},
	{"a key with a blank", inConfig("[profile x]\nb c = 1\na = 1"), "", `a = "1"`, `a = "1", b c = "1"`, `a = "1"`, "The specification; xrole warns. No AWS setting has such a name."},
	{"an empty value", inConfig("[profile x]\nregion ="), "", `region = ""`, `region = ""`, "", ""},
	{"blanks around key and value", inConfig("[profile x]\na\t = \t1 \t"), "", `a = "1"`, `a = "1"`, "", ""},

	{"a comment after a value", inConfig("[profile x]\na = 1 # c\nb = 2 ; c"), "", `a = "1", b = "2"`, `a = "1 # c", b = "2 ; c"`, `a = "1", b = "2"`,
		"The specification; xrole warns, because the AWS CLI takes the comment for a part of the value."},
	{"a comment for a value", inConfig("[profile x]\na = # c"), "", `a = ""`, `a = "# c"`, `a = ""`, "As above."},
	{"a # without white space", inConfig("[profile x]\na = https://y/start#/\nb = 2;3\nc =#4"), "", `a = "https://y/start#/", b = "2;3", c = "#4"`, `a = "https://y/start#/", b = "2;3", c = "#4"`, "", ""},
	{"triple quotes", inConfig("[profile x]\na = \"\"\"1\nb = 2"), "", `a = "\"\"\"1", b = "2"`, `a = "\"\"\"1", b = "2"`, "", ""},
	{"quotes around a value", inConfig("[profile x]\na = \"1\"\nb = `2`"), "", "a = \"\\\"1\\\"\", b = \"`2`\"", "a = \"\\\"1\\\"\", b = \"`2`\"", "", ""},
	{"a backslash at the end", inConfig("[profile x]\na = C:\\\nb = 2"), "", `a = "C:\\", b = "2"`, `a = "C:\\", b = "2"`, "", ""},
	{"a percent sign", inConfig("[profile x]\na = %(b)s"), "", `a = "%(b)s"`, `a = "%(b)s"`, "", ""},
	{"a line of 300 KB", inConfig("[profile x]\na = " + strings.Repeat("y", 300<<10)), "", `a = "yyy… (300 KB)"`, `a = "yyy… (300 KB)"`, "", ""},

	{"a continued value", inConfig("[profile x]\na = 1\n  2\n\t3 "), "", `a = "1\n2\n3"`, `a = "1\n2\n3"`, "", ""},
	{"an assignment that is indented", inConfig("[profile x]\na = 1\n  b = 2"), "", `a = "1\nb = 2"`, `a = "1\nb = 2"`, "", ""},
	{"a comment sign in a continuation", inConfig("[profile x]\na = 1\n  2 # c"), "", `a = "1\n2 # c"`, `a = "1\n2 # c"`, "", ""},
	{"an indented comment line", inConfig("[profile x]\na = 1\n  # c\n  2"), "", `a = "1\n# c\n2"`, `a = "1\n2"`, `a = "1\n2"`,
		"Whoever indents a comment means one."},
	{"an empty line in a continuation", inConfig("[profile x]\na = 1\n\n  2"), "", `a = "1\n2"`, `a = "1\n\n2"`, `a = "1\n2"`, "The specification."},
	{"nothing to continue", inConfig("[profile x]\n  a = 1"), "", refused, `a = "1"`, refused, "The specification; other profiles of the file still work."},
	{"a nested block", inConfig("[profile x]\ns3 =\n  role_arn = 1\n  b =\na = 1"), "", `a = "1", s3 = "role_arn = 1\nb ="`, `a = "1", s3 = "role_arn = 1\nb ="`, "", ""},
	{"a line without = in a block", inConfig("[profile x]\ns3 =\n  b"), "", refused, refused, "", ""},
	{"an empty name in a block", inConfig("[profile x]\ns3 =\n  = 1"), "", refused, `s3 = "= 1"`, refused, "The specification; other profiles of the file still work."},
	{"a blank in a name in a block", inConfig("[profile x]\ns3 =\n  b c = 1"), "", `s3 = "b c = 1"`, `s3 = "b c = 1"`, "", ""},

	{"credentials over config", inBoth("[profile x]\na = 1\nb = 1", "[x]\nb = 2\nc = 2"), "", `a = "1", b = "2", c = "2"`, `a = "1", b = "2", c = "2"`, "", ""},
	{"a section twice in credentials", inCredentials("[x]\na = 1\n[x]\nb = 2"), "", `a = "1", b = "2"`, refused, `a = "1", b = "2"`, "As in the config file."},
}

func (d difference) name() string {
	if d.profile == "" {
		return "x"
	}
	return d.profile
}
