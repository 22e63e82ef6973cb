package connect

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	credence "github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/internal/cli"
	appstypes "github.com/credence-chain/credence/x/apps/types"
	markettypes "github.com/credence-chain/credence/x/market/types"
	orgstypes "github.com/credence-chain/credence/x/orgs/types"
	workerstypes "github.com/credence-chain/credence/x/workers/types"
)

// LookUp explains an error of a query for something that the chain does not have, or whose name is malformed. The new error says what was
// looked for, and which command lists what there is.
func LookUp(field, value, list string, err error) error {
	p := &cli.Problem{Next: "list those there are: " + list, Err: err}
	switch refused := credence.Refused(err); {
	case err == nil:
		return nil
	case IsUnknown(err):
		p.What, p.Err = fmt.Sprintf("%s: the chain has no %q", field, value), &unknownName{strings.TrimPrefix(list, listing), value, err}
	case status.Code(err) == codes.InvalidArgument && refused == nil:
		p.What = fmt.Sprintf("%s: %s", field, status.Convert(err).Message())
	default:
		return err
	}
	return p
}

// LookUpApp finds a version of an app by its name, its digest, or the beginning of its digest. Errors name the field.
func LookUpApp(ctx context.Context, l *Link, field, reference string) (*appstypes.QueryVersionResponse, error) {
	reference, err := credence.ResolveReference(ctx, l.Conn, reference, false)
	if err != nil {
		return nil, err
	}
	res, err := l.Conn.Apps().Version(ctx, &appstypes.QueryVersionRequest{Reference: reference})
	return res, LookUp(field, reference, listing+kindApps, err)
}

// LookUpDataset finds a version of a dataset, as LookUpApp does.
func LookUpDataset(ctx context.Context, l *Link, field, reference string) (*appstypes.QueryDatasetVersionResponse, error) {
	reference, err := credence.ResolveReference(ctx, l.Conn, reference, true)
	if err != nil {
		return nil, err
	}
	res, err := l.Conn.Apps().DatasetVersion(ctx, &appstypes.QueryDatasetVersionRequest{Reference: reference})
	return res, LookUp(field, reference, listing+kindDatasets, err)
}

// LookUpPool finds a pool by its id. Errors name the field.
func LookUpPool(ctx context.Context, l *Link, field, id string) (workerstypes.Pool, error) {
	res, err := l.Conn.Workers().Pool(ctx, &workerstypes.QueryPoolRequest{Id: id})
	if err != nil {
		return workerstypes.Pool{}, LookUp(field, id, listing+kindPools, err)
	}
	return res.Pool, nil
}

// LookUpCategory finds a category of jobs by its id. Errors name the field.
func LookUpCategory(ctx context.Context, l *Link, field, id string) (markettypes.Category, error) {
	res, err := l.Conn.Market().Category(ctx, &markettypes.QueryCategoryRequest{Id: id})
	if err != nil {
		return markettypes.Category{}, LookUp(field, id, listing+kindCategories, err)
	}
	return res.Category, nil
}

// OrganisationOf returns the organisation for which an account acts; "" for none.
func OrganisationOf(ctx context.Context, l *Link, account string) (string, error) {
	res, err := l.Conn.Orgs().OrganisationOf(ctx, &orgstypes.QueryOrganisationOfRequest{Address: account})
	if IsUnknown(err) {
		return "", nil
	}
	return res.GetOrganisation().Id, err
}

// IsUnknown reports whether the error says that the chain does not have what was asked for.
func IsUnknown(err error) bool {
	refused := credence.Refused(err)
	return status.Code(err) == codes.NotFound || refused != nil && strings.Contains(refused.Log, "not found")
}
