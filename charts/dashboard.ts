// The Grafana dashboard as Grafana 10 and newer import it.
import { type Panel, type Query, type Row, rows } from './dashboard-panels.ts';

/** The version that Grafana 10.4 writes. Newer versions of Grafana migrate it. */
const SCHEMA_VERSION = 39;
const GRID_COLUMNS = 24;
const PANELS_A_LINE = 3;
const PANEL_WIDTH = GRID_COLUMNS / PANELS_A_LINE;
const PANEL_HEIGHT = 8;

const datasource = { type: 'prometheus', uid: '$datasource' };

function target({ expr, legend }: Query, index: number, type: Panel['type']): object {
  return {
    datasource,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    // A table shows the present values.
    ...(type === 'table' ? { instant: true, range: false, format: 'table' } : { range: true }),
    ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
  };
}

function optionsOf({ type, unit }: Panel): object {
  if (type === 'heatmap') return { options: { calculate: false, yAxis: { unit } } };
  return type === 'timeseries' ? { options: { tooltip: { mode: 'multi', sort: 'desc' } } } : {};
}

function panelJson(panel: Panel, id: number, gridPos: object): object {
  const { title, description, type, unit, queries } = panel;
  return {
    id,
    type,
    title,
    description,
    gridPos,
    datasource,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    ...optionsOf(panel),
    targets: queries.map((query, index) => target(query, index, type)),
  };
}

/** The panels of all rows, below their headings. */
function layOut(all: readonly Row[]): readonly object[] {
  const laidOut: object[] = [];
  let y = 0;
  for (const { title, panels } of all) {
    const gridPos = { x: 0, y, w: GRID_COLUMNS, h: 1 };
    laidOut.push({ id: laidOut.length + 1, type: 'row', title, collapsed: false, gridPos, panels: [] });
    y += 1;
    panels.forEach((panel, index) => {
      const line = Math.floor(index / PANELS_A_LINE);
      const x = (index % PANELS_A_LINE) * PANEL_WIDTH;
      const place = { x, y: y + line * PANEL_HEIGHT, w: PANEL_WIDTH, h: PANEL_HEIGHT };
      laidOut.push(panelJson(panel, laidOut.length + 1, place));
    });
    y += Math.ceil(panels.length / PANELS_A_LINE) * PANEL_HEIGHT;
  }
  return laidOut;
}

const JOBS = 'label_values(drop_hook_last_request_timestamp_seconds, job)';

const variables: readonly object[] = [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0 },
  {
    name: 'job',
    label: 'Job',
    type: 'query',
    datasource,
    definition: JOBS,
    query: { query: JOBS, refId: 'job' },
    refresh: 2,
    multi: true,
    includeAll: true,
    current: { text: 'All', value: '$__all' },
    hide: 0,
  },
];

export const dashboard: object = {
  uid: 'drop-on-metacontroller',
  title: 'Drop',
  description: 'Images on nodes, pulls, discovery and the service.',
  tags: ['drop', 'kubernetes'],
  schemaVersion: SCHEMA_VERSION,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  timezone: 'browser',
  annotations: { list: [] },
  templating: { list: variables },
  panels: layOut(rows),
};
