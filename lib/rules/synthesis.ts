import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { renderingOnce } from '../manifest/rendering';
import { writingScalarsOnce } from '../manifest/writing';

/**
 * Knows whether an app is being synthesized as a whole. `App.synth` and `App.synthYaml` validate the whole app once more for each chart, without any code
 * of the user's in between: what was found first holds until they return, and so does what was rendered. cdk8s has no hook for that, and without it, an app of
 * many charts would render every object as often as it has charts.
 */
export class Synthesis {
  private depth = 0;
  private seen = false;

  constructor(private readonly root: IConstruct) {
    if (!(root instanceof App)) return;
    const [synth, synthYaml] = [root.synth, root.synthYaml];
    root.synth = () => this.during(() => synth.call(root));
    root.synthYaml = () => this.during(() => synthYaml.call(root));
  }

  /** Whether the app is being synthesized as a whole now. */
  public get isUnderWay(): boolean {
    return this.depth > 0;
  }

  /** Whether this is not the first time that it is asked since the synthesis began. Always false for charts that are synthesized by themselves. */
  public goesOn(): boolean {
    const goesOn = this.seen;
    this.seen = this.depth > 0;
    return goesOn;
  }

  private during<T>(work: () => T): T {
    this.depth++;
    this.seen = false;
    try {
      return renderingOnce(this.root, () => writingScalarsOnce(work));
    } finally {
      this.depth--;
      this.seen = false;
    }
  }
}
