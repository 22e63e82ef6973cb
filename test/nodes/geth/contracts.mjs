// Puts iExec's contracts on a chain, as npm's package @iexec/poco has them compiled: a proxy with facets, and three registries.
// scripts/bench-geth.sh unpacks the package beside this file, because its dependencies, which nothing here needs, come from a repository of git.
import { readFileSync } from "node:fs";
import { AbiCoder, Interface, ZeroAddress } from "ethers";

const read = (path) => JSON.parse(readFileSync(new URL(`package/${path}.json`, import.meta.url), "utf8"));
const artifact = (path) => read(`artifacts/contracts/${path}`);
const deployed = (name) => read(`deployments/arbitrum/${name}`);
const facet = (name) => artifact(`facets/${name}.sol/${name}`);

const DEPLOY_GAS = 12_000_000n;
const SETUP_GAS = 8_000_000n;

// link puts the address of the library of orders where the compiler left its place open.
const link = (bytecode, library) => (bytecode.object ?? bytecode).replace(/__\$[0-9a-f]{34}\$__/gi, library.slice(2));

// deploy returns the proxy's address, the interfaces of its facets by name, and the registries of apps and of worker pools.
export async function deploy(chain, admin) {
  const create = async (bytecode) => {
    const { receipts } = await chain.send([await chain.sign(admin, null, bytecode, DEPLOY_GAS)]);
    return receipts[0].contractAddress;
  };
  const run = async (to, abi, name, args) =>
    chain.send([await chain.sign(admin, to, abi.encodeFunctionData(name, args), SETUP_GAS)]);

  const library = await create(deployed("IexecLibOrders_v5").bytecode);
  const cut = [];
  const known = new Set();
  const abis = {};
  const add = async (name, source) => {
    const abi = (abis[name] = new Interface(source.abi));
    const selectors = [];
    abi.forEachFunction(({ selector }) => {
      if (!known.has(selector)) selectors.push(selector);
      known.add(selector);
    });
    const address = await create(link(source.bytecode, library));
    if (selectors.length) cut.push([address, 0, selectors]);
  };
  for (const name of ["DiamondCutFacet", "DiamondLoupeFacet", "OwnershipFacet"]) await add(name, deployed(name));
  for (const name of [
    "IexecEscrowNativeFacet", "IexecConfigurationFacet", "IexecCategoryManagerFacet", "IexecERC20Facet",
    "IexecOrderManagementFacet", "IexecPoco1Facet", "IexecPoco2Facet", "IexecPocoAccessorsFacet",
  ]) await add(name, facet(name));

  const arguments_ = AbiCoder.defaultAbiCoder().encode(
    ["tuple(address,uint8,bytes4[])[]", "tuple(address,address,bytes)"],
    [cut, [admin.address, ZeroAddress, "0x"]],
  );
  const proxy = await create(artifact("Diamond.sol/Diamond").bytecode + arguments_.slice(2));

  const registry = async (folder, name) => {
    const source = artifact(`registries/${folder}/${name}.sol/${name}`);
    const made = { address: await create(source.bytecode), abi: new Interface(source.abi) };
    await run(made.address, made.abi, "initialize", [ZeroAddress]);
    return made;
  };
  const apps = await registry("apps", "AppRegistry");
  const datasets = await registry("datasets", "DatasetRegistry");
  const pools = await registry("workerpools", "WorkerpoolRegistry");
  await run(proxy, abis.IexecConfigurationFacet, "configure", [
    ZeroAddress, "Staked RLC", "SRLC", 9, apps.address, datasets.address, pools.address, ZeroAddress,
  ]);
  await run(proxy, abis.IexecCategoryManagerFacet, "createCategory", ["XL", "{}", 360_000]);
  return { proxy, abis, apps, pools };
}
