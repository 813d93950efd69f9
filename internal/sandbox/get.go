package sandbox

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/xrole/xrole/pkg/credentials"
)

// Get reads an object of a bucket in us-east-1 as any S3 client would, for
// those who have none. What S3 refuses is an error with S3's code and words.
func (c Client) Get(ctx context.Context, creds credentials.Credentials, bucket, key string) ([]byte, error) {
	target := c.URL + "/" + uriEncode(bucket, false) + "/" + uriEncode(key, false)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	hash := hexSHA256(nil)
	req.Header.Set("X-Amz-Content-Sha256", hash)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	err = signer.SignHTTP(ctx, aws.Credentials{
		AccessKeyID:     creds.AccessKeyID,
		SecretAccessKey: creds.SecretAccessKey.Reveal(),
		SessionToken:    creds.SessionToken.Reveal(),
	}, req, hash, "s3", "us-east-1", time.Now())
	if err != nil {
		return nil, fmt.Errorf("sign a request: %w", err)
	}
	resp, err := loopback.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the sandbox: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("ask the sandbox: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return body, nil
	}
	var refused s3Error
	if err := xml.Unmarshal(body, &refused); err != nil {
		return nil, errors.New(resp.Status)
	}
	return nil, fmt.Errorf("%s: %s", refused.Code, refused.Message)
}
