import type { GridPosition } from './grafana-types';

/** Columns of Grafana's grid. */
const COLUMNS = 24;

/** Gives rows and panels their places: rows one below the other, the panels of each from left to right, line by line. */
export class Grid {
  private x = 0;
  private y = 0;
  private lineHeight = 0;

  /** The place of the heading of a row. */
  public row(): GridPosition {
    this.nextLine();
    const place = { x: 0, y: this.y, h: 1, w: COLUMNS };
    this.y += place.h;
    return place;
  }

  /** The place of the next panel of this row. */
  public panel(height: number, width: number): GridPosition {
    if (this.x + width > COLUMNS) this.nextLine();
    const place = { h: height, w: width, x: this.x, y: this.y };
    this.x += width;
    this.lineHeight = Math.max(this.lineHeight, height);
    return place;
  }

  private nextLine(): void {
    this.x = 0;
    this.y += this.lineHeight;
    this.lineHeight = 0;
  }
}
