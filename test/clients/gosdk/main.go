// Command gosdk prints an S3 object to stdout: gosdk BUCKET KEY.
//
// It is the way a user's own Go program does it: credentials, region and
// endpoint come from AWS_PROFILE and the config file, and nothing here knows
// of xrole. It is a module of its own, so that xrole does not require S3.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gosdk BUCKET KEY")
		os.Exit(2)
	}
	if err := get(context.Background(), os.Stdout, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gosdk:", err)
		os.Exit(1)
	}
}

func get(ctx context.Context, w io.Writer, bucket, key string) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return err
	}
	defer func() { _ = object.Body.Close() }()
	_, err = io.Copy(w, object.Body)
	return err
}
