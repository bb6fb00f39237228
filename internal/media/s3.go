package media

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/sayline/sayline"
)

// Bucket keeps files in a bucket of any service that speaks S3.
type Bucket struct {
	client       *minio.Client
	name, prefix string
}

// Open opens the place an address names: a folder, or s3://BUCKET/PREFIX with
// endpoint=HOST (default Amazon's), region and tls=off in its query. The keys of
// a bucket come from the environment (AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY, or MINIO_…) or from the machine's role. Errors are
// Invalid for an address that says nothing, and Unavailable.
func Open(ctx context.Context, address string) (Files, error) {
	if !strings.HasPrefix(address, "s3://") {
		f, err := OpenFolder(address)
		if err != nil {
			return nil, sayline.Errorf(sayline.Unavailable, "The folder for photos and voice, %s, can't be used.", address).Because(err)
		}
		return f, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, sayline.Errorf(sayline.Invalid, "--media must be a folder, or like s3://bucket/prefix?endpoint=s3.example.com; the keys come from the environment.")
	}
	return openBucket(ctx, u)
}

const usualEndpoint = "s3.amazonaws.com"

func openBucket(ctx context.Context, u *url.URL) (*Bucket, error) {
	q := u.Query()
	endpoint := q.Get("endpoint")
	if endpoint == "" {
		endpoint = usualEndpoint
	}
	client, err := minio.New(endpoint, &minio.Options{
		Creds:  credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{}, &credentials.IAM{}}),
		Secure: q.Get("tls") != "off", Region: q.Get("region"),
	})
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "--media names no S3 service: %q.", endpoint).Because(err)
	}
	b := &Bucket{client, u.Host, strings.Trim(u.Path, "/")}
	if b.prefix != "" {
		b.prefix += "/"
	}
	there, err := client.BucketExists(ctx, b.name)
	if err != nil {
		return nil, sayline.Errorf(sayline.Unavailable, "The bucket %s does not answer.", b.name).Because(err)
	}
	if !there {
		return nil, sayline.Errorf(sayline.NotFound, "There is no bucket %s.", b.name)
	}
	return b, nil
}

// Put keeps a file; S3 answers when it is durable.
func (b *Bucket) Put(ctx context.Context, key string, r io.ReaderAt, size int64, mediaType string) error {
	if !validKey(key) {
		return errBadKey
	}
	_, err := b.client.PutObject(ctx, b.name, b.prefix+key, io.NewSectionReader(r, 0, size), size, minio.PutObjectOptions{ContentType: mediaType, DisableMultipart: true})
	if err != nil {
		return errKeeping.Because(err)
	}
	return nil
}

// Get opens a file; it is read as it is asked for.
func (b *Bucket) Get(ctx context.Context, key string) (File, error) {
	if !validKey(key) {
		return nil, errNoFile
	}
	o, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err == nil {
		_, err = o.Stat() // what isn't there shows only now
	}
	if err != nil {
		if o != nil {
			_ = o.Close()
		}
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			return nil, errNoFile
		}
		return nil, errKeeping.Because(err)
	}
	return o, nil
}

// Delete deletes a file; S3 does not mind when there is none.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if !validKey(key) {
		return errBadKey
	}
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return errKeeping.Because(err)
	}
	return nil
}
