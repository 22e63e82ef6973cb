package client

import (
	"context"
	"fmt"
	"slices"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// completeIDs replaces the prefixes of ids that a job names by the whole ids.
func (r *Runner) completeIDs(ctx context.Context, job *Job) error {
	complete := func(id *string, kind IDKind) error {
		if *id == "" || wholeID(*id) {
			return nil
		}
		ref, err := Resolve(ctx, r.Conn, *id, kind)
		if err != nil {
			return err
		}
		*id = ref.ID
		return nil
	}
	if err := complete(&job.Voucher, KindVoucher); err != nil {
		return err
	}
	job.After, job.Answers, job.When = slices.Clone(job.After), slices.Clone(job.Answers), slices.Clone(job.When) // the caller keeps what it wrote
	for i := range job.After {
		if err := complete(&job.After[i], KindRequest); err != nil {
			return fmt.Errorf("After[%d]: %w", i, err)
		}
	}
	for i := range job.Answers {
		if err := complete(&job.Answers[i].Request, KindRequest); err != nil {
			return fmt.Errorf("Answers[%d]: %w", i, err)
		}
	}
	for i := range job.When {
		if err := complete(&job.When[i].Request, KindRequest); err != nil {
			return fmt.Errorf("When[%d]: %w", i, err)
		}
	}
	return nil
}

// preflightJob checks a job by the chain's own rules before anything is published, uploaded or paid. It reads the files that the job
// names, and completes ids of which only the beginning is given.
func (r *Runner) preflightJob(ctx context.Context, job *Job) error {
	if err := r.completeIDs(ctx, job); err != nil {
		return err
	}
	app := job.App
	if isImage(app) {
		if err := checkRuntimePolicy(contract.RuntimeOCI, job.Policy); err != nil {
			return err
		}
		img, err := readImage(ctx, imageSource{app, job.Platform, r.StoreToken})
		if err != nil {
			return err
		}
		app = img.digest.String()
	} else if !isReference(app) {
		m, err := readModule(ctx, app)
		if err != nil {
			return err
		}
		app = m.digest
	} else if artifact.NamesDigest(app) {
		app = artifact.Sum(nil).String() // a stand-in: the text may be only a prefix, which publishApp completes
	}
	asked := job.OrderFor(app)
	if asked.FuelLimit == 0 && asked.Category == "" {
		asked.FuelLimit = DefaultFuel // a stand-in: the app's version may propose another limit
	}
	// The chain checks that datasets exist. Here files and prefixes of digests are replaced by whole digests, which differ where the
	// texts differ, so that duplicates are found.
	for _, text := range job.Datasets {
		switch {
		case !isReference(text):
			_, digest, err := findDataset(text)
			if err != nil {
				return err
			}
			text = digest.String()
		case artifact.NamesDigest(text):
			text = artifact.Sum([]byte(text)).String()
		}
		asked.Datasets = append(asked.Datasets, text)
	}
	asked.Inputs = job.answerInputs(r.Stores)
	for _, in := range job.Inputs {
		content, digest, err := in.Blob()
		if err != nil {
			return err
		}
		asked.Inputs = append(asked.Inputs, &dealstypes.Input{
			Name: in.Name, Digest: digest.String(), Size_: uint64(content.Size()), Locators: r.Stores, Tree: in.Folder,
		})
	}
	res, err := r.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	return asked.Normal().Validate(res.Params)
}

const (
	// MaxRows is the size of the largest archive of a bag's rows and their files, in bytes. It is read into memory, here and by workers.
	MaxRows = artifact.DefaultMaxBytes
	// MaxInputFile is the size of the largest file that stores take by default, and of the largest folder when it is packed, in bytes.
	// Neither is read into memory. The chain's parameters may allow less.
	MaxInputFile = artifact.DefaultMaxUpload
)

func wholeID(id string) bool {
	_, err := markettypes.ParseID(id)
	return err == nil
}
