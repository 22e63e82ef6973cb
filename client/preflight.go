package client

import (
	"context"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// preflightJob reads the files that a job names and compares the whole with what the chain takes, before anything is published,
// uploaded or paid. It completes what is named by the beginning of an id.
func (r *Runner) preflightJob(ctx context.Context, job *Job) error {
	if job.Voucher != "" && !wholeID(job.Voucher) {
		ref, err := Resolve(ctx, r.Conn, job.Voucher, KindVoucher)
		if err != nil {
			return err
		}
		job.Voucher = ref.ID
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
		app = artifact.Sum(nil).String() // perhaps only its beginning: publishing completes it
	}
	asked := job.OrderFor(app)
	if asked.FuelLimit == 0 && asked.Category == "" {
		asked.FuelLimit = DefaultFuel // until the app's version has been asked
	}
	// Names are judged later; files and the beginnings of digests by stand-ins that are as different as they are.
	for _, text := range job.Datasets {
		switch {
		case !isReference(text):
			data, err := readFile("Datasets", text, MaxInput)
			if err != nil {
				return err
			}
			text = artifact.Sum(data).String()
		case artifact.NamesDigest(text):
			text = artifact.Sum([]byte(text)).String()
		}
		asked.Datasets = append(asked.Datasets, text)
	}
	for _, in := range job.Inputs {
		data, err := in.Read()
		if err != nil {
			return err
		}
		asked.Inputs = append(asked.Inputs, &dealstypes.Input{
			Name: in.Name, Digest: artifact.Sum(data).String(), Size_: uint64(len(data)), Locators: r.Stores, Tree: in.Folder,
		})
	}
	res, err := r.Conn.Market().Params(ctx, &markettypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	return asked.Normal().Validate(res.Params)
}

// MaxInput is the largest file that a job reads, in bytes: what stores and workers take.
const MaxInput = artifact.DefaultMaxBytes

func wholeID(id string) bool {
	_, err := markettypes.ParseID(id)
	return err == nil
}
