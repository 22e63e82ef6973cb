package keeper

import (
	"bytes"
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/credence-chain/credence/internal/ids"
	"github.com/credence-chain/credence/internal/records"
	"github.com/credence-chain/credence/internal/steps"
	"github.com/credence-chain/credence/poco"
	"github.com/credence-chain/credence/x/enclaves/types"
)

// Sessions. A worker registers a session key with a quote, which proves that an enclave made the key. RegisterSession runs in
// steps, the cheap ones first: it reads the quote, compares its data with what this chain expects, and only then checks
// signatures. The session names the machine and the measurement that the quote shows, so that freezing one of them also voids the
// session (verify.go). A worker has at most MaxSessions sessions.

// Gas of a registration, in addition to the gas of reads and writes. It pays for checking the signatures on the slowest machine
// that a node may run on. For comparison, checking one signature of secp256k1 takes 1,000.
const (
	hardwareGas = 40_000
	softwareGas = 6_000
)

// registration holds what the steps of RegisterSession find out, from the quote to the session.
type registration struct {
	ctx     context.Context
	k       Keeper
	msg     *types.MsgRegisterSession
	params  types.Params
	session types.Session
	shown   types.Shown
	machine types.Machine
	measure types.Measurement
}

// RegisterSession registers the session key that a quote holds, or registers it again. The cheap comparisons come before the
// signatures. It returns ErrInvalid, ErrStale, ErrQuote, ErrLevel, ErrMachine, ErrFrozen, or ErrNotFound for collateral that
// nobody has sent.
func (k Keeper) RegisterSession(ctx context.Context, msg *types.MsgRegisterSession) (types.Session, error) {
	r := &registration{ctx: ctx, k: k, msg: msg}
	err := steps.Run(r.readParams, r.readQuote, r.compareData, r.checkQuote, r.nameMachine, r.nameMeasurement, r.dropOld, r.store)
	return r.session, err
}

func (r *registration) readParams() (err error) {
	if r.params, err = r.k.Params.Get(r.ctx); err != nil {
		return err
	}
	if _, err := types.ReadKey(r.msg.Key); err != nil {
		return err
	}
	if r.msg.Platform != types.PLATFORM_SEV_SNP && len(r.msg.Certificate)+len(r.msg.Product) > 0 {
		return types.ErrInvalid.Wrapf("certificate and product: expected none with %s", r.msg.Platform)
	}
	worker, err := r.k.workers.GetWorker(r.ctx, r.msg.Worker)
	r.session.Worker, r.session.Organisation = r.msg.Worker, worker.Organisation
	r.session.Key, r.session.Platform = bytes.Clone(r.msg.Key), r.msg.Platform
	return err
}

// readQuote reads the quote with the stored collateral of its platform's maker.
func (r *registration) readQuote() (err error) {
	gas := uint64(hardwareGas)
	if r.msg.Platform == types.PLATFORM_SOFTWARE {
		gas = softwareGas
	}
	sdk.UnwrapSDKContext(r.ctx).GasMeter().ConsumeGas(gas, "enclaves: a quote")
	switch r.msg.Platform {
	case types.PLATFORM_TDX:
		return r.readTdx()
	case types.PLATFORM_SEV_SNP:
		return r.readSnp()
	case types.PLATFORM_SOFTWARE:
		if err := r.checkSoftware(); err != nil {
			return err
		}
		r.shown, err = types.ReadSoftware(r.msg.Quote)
		return err
	}
	return types.ErrInvalid.Wrapf("platform: got %s", r.msg.Platform)
}

// checkSoftware refuses the software platform unless the parameters and the chain's id allow it. The id is checked again here, so
// that a mistake elsewhere cannot let the platform in.
func (r *registration) checkSoftware() error {
	if !r.params.Software {
		return types.ErrDevelopment.Wrap("the software platform is not taken")
	}
	return r.params.CheckChain(sdk.UnwrapSDKContext(r.ctx).ChainID())
}

func (r *registration) readTdx() error {
	family, err := types.FamilyOf(r.msg.Quote)
	if err != nil {
		return err
	}
	c, found, err := records.Find(r.ctx, r.k.Tdx, family)
	if err != nil {
		return err
	}
	if !found {
		return types.ErrNotFound.Wrapf("collateral of Intel's of the family %x: send it with MsgRefreshTdx first", family)
	}
	r.shown, err = types.ReadTdx(r.msg.Quote, c, r.params)
	return err
}

func (r *registration) readSnp() error {
	product, err := r.params.FindProduct(r.msg.Product)
	if err != nil {
		return err
	}
	c, found, err := records.Find(r.ctx, r.k.Snp, product.Name)
	if err != nil {
		return err
	}
	if !found {
		return types.ErrNotFound.Wrapf("collateral of AMD's of %s: send it with MsgRefreshSnp first", product.Name)
	}
	r.shown, err = types.ReadSnp(r.msg.Quote, r.msg.Certificate, c, product)
	return err
}

// compareData compares the data in the quote with the expected data, before any signature is checked.
func (r *registration) compareData() error {
	height := heightOf(r.ctx)
	if h := r.msg.Height; h < 1 || h > height || height-h > r.params.FreshBlocks {
		return types.ErrStale.Wrapf("height: got %d, expected %d to %d", h, max(1, height-r.params.FreshBlocks), height)
	}
	seed, err := r.k.beacon.SeedAt(r.ctx, r.msg.Height)
	if err != nil {
		return types.ErrStale.Wrapf("height: %s", err)
	}
	want := poco.SessionData(sdk.UnwrapSDKContext(r.ctx).ChainID(), r.session.Worker, r.session.Organisation,
		[poco.SessionKeySize]byte(r.session.Key), uint64(r.msg.Height), seed)
	if r.shown.Data != want {
		return types.ErrQuote.Wrapf("data: got %x, expected %x: of this chain, worker, organisation, key and block", r.shown.Data, want)
	}
	return nil
}

// checkQuote checks the signatures, and whether the machine is up to date.
func (r *registration) checkQuote() (err error) {
	if r.shown, err = r.shown.Check(timeOf(r.ctx)); err != nil {
		return err
	}
	if err := r.shown.Level.CheckLevel(r.shown.Platform, r.params, 0); err != nil {
		return err
	}
	r.session.Level, r.session.UntilTime = r.shown.Level, r.shown.Expires
	r.session.Registered, r.session.UntilHeight = heightOf(r.ctx), heightOf(r.ctx)+r.params.SessionBlocks
	return nil
}

// nameMachine finds the machine, or makes it. A machine that serves another organisation is refused: ErrMachine.
func (r *registration) nameMachine() error {
	id := ids.Format(poco.MachineID(uint8(r.shown.Platform), r.shown.Machine))
	m, found, err := records.Find(r.ctx, r.k.Machines, id)
	if err != nil {
		return err
	}
	if !found {
		m = types.Machine{Id: id, Platform: r.shown.Platform, Organisation: r.session.Organisation, Height: heightOf(r.ctx)}
	}
	if m.Organisation != r.session.Organisation {
		return types.ErrMachine.Wrapf("%s serves %s, not %s, until the council releases it", id, m.Organisation, r.session.Organisation)
	}
	r.machine, r.session.Machine = m, id
	return r.k.checkNotFrozen(r.ctx, id)
}

func (r *registration) nameMeasurement() (err error) {
	if r.measure, err = types.NewMeasurement(r.shown.Platform, r.shown.Measurement); err != nil {
		return err
	}
	r.session.Measurement = r.measure.Id
	return r.k.checkNotFrozen(r.ctx, r.measure.Id)
}

// dropOld makes room for the session. It removes the worker's sessions whose time is over. If too many remain, it removes the one
// that ends first.
func (r *registration) dropOld() error {
	all, err := r.k.sessionsOf(r.ctx, r.session.Worker)
	if err != nil {
		return err
	}
	kept, first := 0, -1
	for i, s := range all {
		if bytes.Equal(s.Key, r.session.Key) {
			continue
		}
		if s.CheckTime(heightOf(r.ctx), timeOf(r.ctx)) != nil {
			if err := r.k.Sessions.Remove(r.ctx, collections.Join(s.Worker, s.Key)); err != nil {
				return err
			}
			continue
		}
		kept++
		if first < 0 || s.UntilHeight < all[first].UntilHeight {
			first = i
		}
	}
	if kept < types.MaxSessions {
		return nil
	}
	return r.k.Sessions.Remove(r.ctx, collections.Join(all[first].Worker, all[first].Key))
}

func (r *registration) store() error {
	if err := r.k.Machines.Set(r.ctx, r.machine.Id, r.machine); err != nil {
		return err
	}
	if err := r.k.Measurements.Set(r.ctx, r.measure.Id, r.measure); err != nil {
		return err
	}
	s := r.session
	if err := r.k.Sessions.Set(r.ctx, collections.Join(s.Worker, s.Key), s); err != nil {
		return err
	}
	return emitEvent(r.ctx, &types.EventSessionRegistered{
		Worker: s.Worker, Organisation: s.Organisation, Platform: s.Platform, Machine: s.Machine, Measurement: s.Measurement,
		UntilHeight: s.UntilHeight, UntilTime: s.UntilTime,
	})
}

// sessionsOf returns the stored sessions of a worker, of which there are few.
func (k Keeper) sessionsOf(ctx context.Context, worker string) (out []types.Session, err error) {
	err = k.Sessions.Walk(ctx, collections.NewPrefixedPairRange[string, []byte](worker), func(_ sessionKey, s types.Session) (bool, error) {
		out = append(out, s)
		return false, nil
	})
	return out, err
}

// ReleaseMachine lets a machine serve another organisation: ErrNotFound. Its present sessions last until their time is over.
func (k Keeper) ReleaseMachine(ctx context.Context, id string) error {
	m, err := k.GetMachine(ctx, id)
	if err != nil {
		return err
	}
	if err := k.Machines.Remove(ctx, id); err != nil {
		return err
	}
	return emitEvent(ctx, &types.EventMachineReleased{Machine: id, Organisation: m.Organisation})
}

// GetMachine returns a machine: ErrInvalid, ErrNotFound.
func (k Keeper) GetMachine(ctx context.Context, id string) (types.Machine, error) {
	if err := types.ValidateSubject("machine", id); err != nil {
		return types.Machine{}, err
	}
	m, found, err := records.Find(ctx, k.Machines, id)
	if err == nil && !found {
		err = types.ErrNotFound.Wrapf("machine %s", id)
	}
	return m, err
}
