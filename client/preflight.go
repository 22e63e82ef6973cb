package client

import (
	"context"

	"github.com/credence-chain/credence/artifact"
	"github.com/credence-chain/credence/poco/contract"
	dealstypes "github.com/credence-chain/credence/x/deals/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
)

// preflightJob checks a job by the chain's own rules before anything is published, uploaded or paid. It reads the files that the job
// names, and completes the voucher's id if only a prefix is given.
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
	asked.Inputs = job.answerInputs(r.Stores)
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

// MaxInput is the size of the largest file that stores and workers take, in bytes.
const MaxInput = artifact.DefaultMaxBytes

func wholeID(id string) bool {
	_, err := markettypes.ParseID(id)
	return err == nil
}
