package main

// appHelp is the page that `xrole` alone prints.
const appHelp = `xrole: {{.Usage}}

Usage:
   xrole COMMAND [flags] [PROFILE]

Commands:{{range .VisibleCommands}}
   {{join .Names ", "}}{{"\t"}}{{.Usage}}{{end}}

Flags for every command:{{range .VisibleFlags}}
   {{.}}{{end}}

Begin:
   xrole profile add prod --role-arn arn:aws:iam::111111111111:role/ProdS3ReadRole --source-profile dev
   AWS_PROFILE=prod aws s3 ls

Try it without an AWS account:
   xrole sandbox

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 profile or config, 4 a person is needed,
5 AWS refused, 6 the keyring failed, 130 interrupted. exec returns its command's own.
`
